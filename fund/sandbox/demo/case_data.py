"""Twelve invented survivors and what was asked for them. Days count back from today.

A course that reaches past today stops where today is, so these figures also decide what waits on
whom: see the comment at each of the last ones.
"""

from dataclasses import dataclass

from fund.applications.drafts import Texts


@dataclass(frozen=True)
class Line:
    """A cost in baht; `after`: days after the acceptance on which it is due."""

    kind: str
    payee: str
    baht: int
    after: int = 3


@dataclass(frozen=True)
class Ask:
    """An application submitted on `day`, with the votes in the order in which they are cast.

    `is_accepted`: the family's word was recorded a few days later. `evidence`: receipts came.
    `bounces`: the bank sends the first payment back. `ends_as_draft`, `is_withdrawn`: it never
    came to a vote.
    """

    kind: str
    day: int
    lines: tuple[Line, ...]
    texts: str
    support_baht: int = 0
    votes: tuple[str, ...] = ("approve", "approve", "approve")
    voters: tuple[str, ...] = ("member", "member2", "member3")
    is_accepted: bool = True
    evidence: bool = True
    bounces: bool = False
    ends_as_draft: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Case:
    """One survivor. `consents`: days on which a consent of two years was recorded."""

    key: str
    name: str
    years: float
    region: str
    label: str
    by: str
    opened: int
    consents: tuple[int, ...]
    asks: tuple[Ask, ...] = ()
    giver: str = "mother"
    attested: bool = True
    withdrawn: int | None = None


TEXTS = {
    "school": Texts(
        "A year at lower secondary school",
        "The family lives on one day wage. School fees and the way to school cost more than is left"
        " at the end of a month, and a term was missed already.",
        "Return to class in the coming term, with a teacher who knows whom to ask. The caseworker"
        " visits once a month in the first term.",
        "Money goes to the school and to shops only. Nothing is said there about where it is from.",
    ),
    "school_th": Texts(
        "เรียนต่อชั้นมัธยมต้นหนึ่งปี",
        "ทั้งครอบครัวมีรายได้จากค่าจ้างรายวันของคนเดียว ค่าเทอมและค่าเดินทางมากกว่าเงินที่เหลือแต่ละเดือน",
        "กลับเข้าเรียนในเทอมหน้า โดยมีครูประจำชั้นช่วยดูแล นักสังคมสงเคราะห์ไปเยี่ยมเดือนละครั้ง",
        "จ่ายให้โรงเรียนและร้านค้าโดยตรง ไม่แจ้งที่มาของเงิน",
    ),
    "primary": Texts(
        "Books and the way to primary school",
        "Two children share one set of books. The school is far, and nobody can bring them.",
        "Own books and a seat in the school van for two terms; reading lessons twice a week.",
        "The van is booked by the school itself, for all children of the village.",
    ),
    "baker": Texts(
        "A course in baking, and the tools to begin",
        "Left school early and works by the hour. A trade would give a steady income.",
        "Six months with a certificate, then a place in a bakery that the centre finds.",
        "The centre takes young people from many projects, so that nobody is asked why.",
    ),
    "mechanic": Texts(
        "Motorcycle repair, six months",
        "Cares for a younger brother and needs work close to home. There is a workshop that would"
        " take a trained hand.",
        "The course with its tools, living costs while learning, then work in that workshop.",
        "The owner of the workshop knows of the course, and of nothing else.",
    ),
}

TUITION, UNIFORM = Line("tuition", "school", 14_500), Line("uniform", "vendor", 2_400)
BOOKS, VAN = Line("books", "vendor", 3_200), Line("transport", "guardian", 6_000)
SECOND_TERM = Line("tuition", "school", 14_500, after=150)
COURSE, TOOLS = Line("course_fee", "training_centre", 38_000), Line("tools", "vendor", 16_500, 40)

CASES = (
    Case(
        "ploy", "Ploy Notreal", 14.3, "north", "Blue door", "caseworker", 1050, (1045, 330),
        (
            Ask("education", 1030, (TUITION, UNIFORM, SECOND_TERM), "school"),
            Ask("education", 320, (TUITION, BOOKS, SECOND_TERM), "school"),
        ),
    ),
    Case(
        # Its first receipt never came: the caseworker is reminded, the second term waits.
        "tonkla", "Tonkla Notreal", 13.4, "northeast", "Two rivers", "caseworker", 900, (895, 190),
        (
            Ask("education", 880, (UNIFORM, BOOKS, VAN), "primary"),
            Ask("education", 170, (TUITION, SECOND_TERM), "school_th", evidence=False),
        ),
    ),
    Case(
        "mali", "Mali Notreal", 17.2, "central", "Green bus", "caseworker2", 800, (790, 100),
        (
            Ask("vocational", 780, (COURSE, TOOLS), "baker", support_baht=8_000),
            Ask(
                "vocational", 90, (COURSE, Line("living", "guardian", 24_000)), "baker",
                votes=("defer", "defer", "defer"),
            ),
        ),
    ),
    Case(
        "arun", "Arun Notreal", 22.5, "bangkok", "Night market", "caseworker2", 500, (495,),
        (
            Ask(
                "vocational", 470,
                (COURSE, Line("tools", "vendor", 32_000), Line("equipment", "vendor", 36_000, 60)),
                "mechanic", voters=("member", "member2", "chair"),
            ),
        ),
        giver="self",
    ),
    Case(
        "fon", "Fon Notreal", 16.4, "south", "Lighthouse", "caseworker", 420, (415,),
        (
            Ask(
                "education", 400, (TUITION, Line("equipment", "vendor", 29_000)), "school",
                votes=("decline", "decline", "decline"),
            ),
            Ask("education", 110, (TUITION, BOOKS), "school", bounces=True),
        ),
    ),
    Case(
        "nam", "Nam Notreal", 8.6, "north", "Old bridge", "caseworker2", 140, (138,),
        (Ask("education", 60, (BOOKS, VAN, Line("tuition", "school", 9_800, 45)), "primary"),),
        giver="grandparent",
    ),
    Case(
        # Ready since a few days: finance gathers it.
        "kaew", "Kaew Notreal", 13.2, "east", "Second house", "caseworker", 90, (88,),
        (
            Ask(
                "education", 22,
                (TUITION, UNIFORM, BOOKS, VAN, Line("other", "vendor", 1_800)), "school",
                voters=("member2", "member", "chair"),
            ),
        ),
        giver="father",
    ),
    Case(
        # Decided; the family's word is still to be recorded.
        "boon", "Boon Notreal", 15.4, "northeast", "Mango tree", "caseworker2", 80, (75,),
        (Ask("education", 12, (TUITION, VAN), "school_th", is_accepted=False),),
    ),
    Case(
        # More than 100,000 baht: two have voted, the chair has not.
        "dara", "Dara Notreal", 18.3, "bangkok", "Corner shop", "caseworker2", 60, (58,),
        (
            Ask(
                "vocational", 8,
                (COURSE, TOOLS, Line("living", "guardian", 52_000, 20)), "mechanic",
                voters=("member", "member2", "nobody"),
            ),
        ),
    ),
    Case(
        # New on the docket.
        "sky", "Sky Notreal", 11.3, "central", "Paper boat", "caseworker2", 40, (38,),
        (Ask("education", 2, (TUITION, UNIFORM, VAN), "school", voters=()),),
    ),
    Case(
        # Consent was withdrawn: what is not yet paid stays where it is, and the draft too.
        "wan", "Wan Notreal", 14.6, "west", "Yellow gate", "caseworker", 300, (295,),
        (
            Ask("education", 240, (TUITION,), "school", is_withdrawn=True),
            Ask("education", 120, (UNIFORM, SECOND_TERM), "school"),
            Ask("education", 10, (TUITION,), "school", ends_as_draft=True),
        ),
        withdrawn=16,
    ),
    Case(
        # For the tour: consent is there, the supervisor still has to attest, nothing was asked.
        "may", "May Notreal", 15.2, "north", "Kite", "caseworker", 6, (5,), attested=False,
    ),
)  # fmt: skip
