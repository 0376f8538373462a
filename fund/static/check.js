// Checks the proof on this page here, in the browser, from the words themselves up to the signature:
// the entry's hash, its path to the root (RFC 6962), the log's signature (Ed25519). Without this
// script the page shows what the server found, and how to check without us.
const said = document.getElementById("checked");
const subtle = globalThis.crypto?.subtle;

class DoesNotVerify extends Error {}

async function hash(prefix, ...parts) {
  const whole = new Uint8Array([prefix, ...parts.flatMap((part) => [...part])]);
  return new Uint8Array(await subtle.digest("SHA-256", whole));
}

// RFC 8785: names sorted by UTF-16 units, which is how sort() does it; whole numbers only.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const asHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function demand(truth) {
  if (!truth) throw new DoesNotVerify();
}

async function rootOf(leaf, index, size, path) {
  demand(index >= 0 && index < size);
  if (size === 1) {
    demand(path.length === 0);
    return leaf;
  }
  demand(path.length > 0);
  let half = 1;
  while (half * 2 < size) half *= 2;
  const sibling = fromHex(path.at(-1));
  const rest = path.slice(0, -1);
  return index < half
    ? hash(1, await rootOf(leaf, index, half, rest), sibling)
    : hash(1, sibling, await rootOf(leaf, index - half, size - half, rest));
}

// Whether the signature was checked; false where the browser knows no Ed25519.
async function checkSignature(note, verifierKey) {
  const [name, keyId, ...encoded] = verifierKey.split("+");
  const typed = fromBase64(encoded.join("+"));
  const [text, lines] = note.split("\n\n");
  const line = lines.split("\n").find((one) => {
    const [, signer, blob] = one.split(" ");
    return signer === name && asHex(fromBase64(blob).slice(0, 4)) === keyId;
  });
  demand(line && typed[0] === 1);
  const signature = fromBase64(line.split(" ")[2]).slice(4);
  let key;
  try {
    key = await subtle.importKey("raw", typed.slice(1), "Ed25519", false, ["verify"]);
  } catch {
    return false;
  }
  demand(await subtle.verify("Ed25519", key, signature, new TextEncoder().encode(`${text}\n`)));
  return true;
}

async function check(proof) {
  const entry = { ...proof.event, payload_commit: proof.payload_commit };
  const leaf = await hash(0, new TextEncoder().encode(canonical(entry)));
  const [, size, root] = proof.checkpoint.split("\n");
  demand(String(proof.tree_size) === size);
  const found = await rootOf(leaf, proof.leaf_index, proof.tree_size, proof.path);
  demand(asHex(found) === asHex(fromBase64(root)));
  demand(asHex(leaf) === document.getElementById("leaf").textContent.trim());
  return checkSignature(proof.checkpoint, proof.public_key);
}

if (subtle) {
  try {
    const proof = JSON.parse(document.getElementById("proof").textContent);
    said.textContent = (await check(proof)) ? said.dataset.whole : said.dataset.unsigned;
  } catch (error) {
    document.getElementById("proven").hidden = true;
    said.textContent = said.dataset.broken;
    if (!(error instanceof DoesNotVerify)) throw error;
  }
}
