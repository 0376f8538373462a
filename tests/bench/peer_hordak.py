"""Run by the peer's own Python, which knows nothing of the service: see `peers.py`.

`migrate`, or `transfer <connections> <seconds>`, which prints how many transfers a second there
were: `Account.transfer_to`, each in a transaction of its own, all between the same two accounts.
"""

import multiprocessing
import os
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

settings.configure(
    SECRET_KEY="bench",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["HORDAK_HOST"],
            "NAME": os.environ["HORDAK_DATABASE"],
            "USER": "postgres",
        }
    },
    DEFAULT_CURRENCY="EUR",
    CURRENCIES=["EUR"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from hordak.models import Account  # noqa: E402 Django must be set up first
from moneyed import Money  # noqa: E402


def main() -> None:
    if sys.argv[1] == "migrate":
        call_command("migrate", verbosity=0)
        for code, kind in (("1", "AS"), ("2", "IN")):
            Account.objects.create(name=code, code=code, type=kind, currencies=["EUR"])
        return
    count, seconds = int(sys.argv[2]), float(sys.argv[3])
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(count), context.Queue()
    connections.close_all()
    for _ in range(count):
        context.Process(target=work, args=(barrier, answers, seconds)).start()
    sys.stdout.write(f"{sum(answers.get(timeout=120) for _ in range(count))}\n")


def work(barrier, answers, seconds: float) -> None:
    bank, income = Account.objects.order_by("code")
    for _ in range(30):
        transfer(bank, income)
    barrier.wait()
    start, done = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        transfer(bank, income)
        done += 1
    answers.put(done / (time.perf_counter() - start))


def transfer(bank: Account, income: Account) -> None:
    with transaction.atomic():
        income.transfer_to(bank, Money("1.00", "EUR"))


main()
