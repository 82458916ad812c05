"""Two universities and the people of the demonstration. All of them are invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.demo import DEMO_ROLES
from accounts.models import Identity, Institution, Membership, User
from accounts.services import join_institution, link_confirmed_addresses, prove_identity
from credits.models import Project
from harvesters.models import Actor

Role = Membership.Role
FORGE = "forge.example"
ENROLLED_BEFORE = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class University:
    """An institution of the demonstration."""

    slug: str
    name: str
    native_name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration, with the forge account that is theirs."""

    username: str
    name: str
    native_name: str
    email: str
    university: str = ""
    role: str = ""
    person_code: str = ""
    login: str = ""


EXAMPLE = University("example-university", "Example University", "示例大学", "university.example")
HARBOUR = University("harbour-institute", "Harbour Institute", "海湾理工学院", "harbour.example")
UNIVERSITIES = (EXAMPLE, HARBOUR)

LI = Person(
    "li.ming",
    "Li Ming",
    "李明",
    "li.ming@stu.university.example",
    EXAMPLE.slug,
    Role.STUDENT,
    "2023110412",
    "liming-dev",
)
WU = Person(
    "wu.tong",
    "Wu Tong",
    "吴桐",
    "wu.tong@stu.university.example",
    EXAMPLE.slug,
    Role.STUDENT,
    "2023110577",
    "wu-tong",
)
HE = Person(
    "he.fan",
    "He Fan",
    "何帆",
    "he.fan@stu.harbour.example",
    HARBOUR.slug,
    Role.STUDENT,
    "H2022-0316",
    "he-fan-lab",
)
WANG = Person(
    "wang.fang",
    "Wang Fang",
    "王芳",
    "wang.fang@university.example",
    EXAMPLE.slug,
    Role.TEACHER,
    "T20110025",
    "prof-wang",
)
CHEN = Person("chen.jie", "Chen Jie", "陈杰", "chen.jie@forge.example", login="chen-maintains")
ZHAO = Person(
    "zhao.min",
    "Zhao Min",
    "赵敏",
    "zhao.min@university.example",
    EXAMPLE.slug,
    Role.REGISTRAR,
    "R20150008",
)
QIAN = Person(
    "qian.yue",
    "Qian Yue",
    "钱悦",
    "qian.yue@harbour.example",
    HARBOUR.slug,
    Role.REGISTRAR,
    "HR-0042",
)
OPERATOR = Person("operator", "Operator", "运维", "operator@opencredits.example")
PEOPLE = (LI, WU, HE, WANG, CHEN, ZHAO, QIAN, OPERATOR)


def found_universities() -> None:
    """Make the institutions."""
    for university in UNIVERSITIES:
        Institution.objects.get_or_create(
            slug=university.slug,
            defaults={
                "name": university.name,
                "native_name": university.native_name,
                "domain": university.domain,
                "time_zone": "Asia/Shanghai",
            },
        )


def invite_people(*, now: datetime) -> None:
    """Make the people, what they are where, and the forge accounts they own."""
    joined_at = now - ENROLLED_BEFORE
    for person in PEOPLE:
        user = _user(person)
        if person.university:
            join_institution(
                user,
                Institution.objects.get(slug=person.university),
                role=Role(person.role),
                person_code=person.person_code,
                now=joined_at,
            )
        if person.login:
            actor = Actor.objects.get(host=FORGE, login=person.login)
            prove_identity(user, actor, method=Identity.Method.DEMO, now=joined_at)
        link_confirmed_addresses(user, [person.email], now=joined_at)
    for project in Project.objects.all():
        project.maintainers.add(user_of(CHEN))


def user_of(person: Person) -> User:
    """The account of ``person``."""
    return User.objects.get(username=person.username)


def _user(person: Person) -> User:
    is_operator = person.username == DEMO_ROLES["operator"].username
    user, created = User.objects.get_or_create(
        username=person.username,
        defaults={
            "email": person.email,
            "display_name": person.name,
            "native_name": person.native_name,
            "is_staff": is_operator,
            "is_superuser": is_operator,
            "time_zone": "Asia/Shanghai",
        },
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    return user
