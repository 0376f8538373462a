"""Which duties the present staff cannot cover, because persons must differ or seats are empty."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from fund.i18n import N_
from fund.permissions import Role

Person = TypeVar("Person")

FINANCE = frozenset({Role.FINANCE_OFFICER})
TREASURY = frozenset({Role.TREASURER})
CASEWORK = frozenset({Role.CASEWORKER})
COMMITTEE = frozenset({Role.COMMITTEE_MEMBER, Role.CHAIR})
CHAIR = frozenset({Role.CHAIR})


@dataclass(frozen=True)
class Seats:
    """What the policy asks at most: approvals of an application, and of a run."""

    approvals: int = 3
    chair_approves: bool = True
    run_approvals: int = 2
    chair_approves_runs: bool = True


@dataclass(frozen=True)
class Duty:
    """Who may do it, how many it takes, and whose duties must be other persons' (all of them)."""

    roles: frozenset[Role]
    text: str
    persons: int = 1
    chair: bool = False
    apart_from: tuple[str, ...] = ()


# The committee's room stands on this one, so it comes here to say what its policy asks.
_policy: Callable[[Session, date], Seats] | None = None


def use_policy(seats_of: Callable[[Session, date], Seats]) -> None:
    """Ask `seats_of` for the policy's seats from now on."""
    global _policy
    _policy = seats_of


def seats_on(session: Session, day: date) -> Seats:
    """What the policy of a day asks at most."""
    return _policy(session, day) if _policy else Seats()


def duties(seats: Seats) -> dict[str, Duty]:
    """Every duty of one award, in its order."""
    author, preparer = "write_application", "prepare_run"
    return {
        author: Duty(CASEWORK, N_("Write applications")),
        "attest_survivor": Duty(
            CASEWORK | {Role.SUPERVISOR},
            N_("Attest a survivor whom somebody else's application is for"),
            apart_from=(author,),
        ),
        "endorse_application": Duty(
            frozenset({Role.SUPERVISOR}),
            N_("Endorse an application that somebody else wrote"),
            apart_from=(author,),
        ),
        "decide": Duty(
            COMMITTEE,
            N_("Decide the largest applications, with all the votes that the policy asks for"),
            persons=seats.approvals,
            chair=seats.chair_approves,
            apart_from=(author,),
        ),
        "enter_payee": Duty(FINANCE, N_("Enter a payee's account")),
        "check_payee": Duty(
            TREASURY, N_("Check an account that somebody else entered"), apart_from=("enter_payee",)
        ),
        preparer: Duty(FINANCE, N_("Prepare payments")),
        "approve_run": Duty(
            COMMITTEE,
            N_("Approve the largest payment runs, apart from who prepared them"),
            persons=seats.run_approvals,
            chair=seats.chair_approves_runs,
            apart_from=(author, preparer, "enter_payee"),
        ),
        "send_run": Duty(FINANCE, N_("Send approved payments")),
        "reconcile": Duty(
            TREASURY,
            N_("Match payments that somebody else sent"),
            apart_from=("send_run",),
        ),
    }


def uncovered(staff_roles: Mapping[Person, Collection[Role]], seats: Seats = Seats()) -> list[str]:
    """The codes of the duties that no choice of persons can cover."""
    every = duties(seats)
    return [code for code, duty in every.items() if not _is_covered(duty, every, staff_roles)]


def _is_covered(
    duty: Duty, every: Mapping[str, Duty], staff_roles: Mapping[Person, Collection[Role]]
) -> bool:
    seats = _seats(duty, staff_roles)
    others = [_holders(every[code].roles, staff_roles) for code in duty.apart_from]
    if not all(others):
        # Nobody does that other duty yet: it is named by itself, and cannot clash.
        others = [holders for holders in others if holders]
    return _can_seat(seats, others)


def _seats(duty: Duty, staff_roles: Mapping[Person, Collection[Role]]) -> list[frozenset[Person]]:
    chairs = [_holders(CHAIR, staff_roles)] if duty.chair else []
    return chairs + [_holders(duty.roles, staff_roles)] * (duty.persons - len(chairs))


def _can_seat(
    seats: list[frozenset[Person]],
    others: list[frozenset[Person]],
    taken: frozenset[Person] = frozenset(),
) -> bool:
    """Whether each seat gets a person of its own, none of whom need also do the other duties."""
    if not seats:
        return all(holders - taken for holders in others)
    return any(_can_seat(seats[1:], others, taken | {person}) for person in seats[0] - taken)


def _holders(
    roles: frozenset[Role], staff_roles: Mapping[Person, Collection[Role]]
) -> frozenset[Person]:
    return frozenset(person for person, held in staff_roles.items() if roles & set(held))
