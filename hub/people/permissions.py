"""What each role may do, in one table. What a permission reaches is a matter of scope: sites, rooms and booths."""

from typing import Final, Literal, get_args

Role = Literal["admin", "proctor", "reviewer", "technician", "auditor"]

Permission = Literal[
    "people.manage",
    "places.manage",
    "devices.manage",
    "exams.manage",
    "candidates.manage",
    "candidates.read",
    "exam_sessions.read",
    "exam_sessions.run",
    "booths.read",
    "booths.watch",
    "violations.read",
    "violations.review",
    "reports.read",
    "audit.read",
    "retention.manage",
    "webhooks.manage",
    "system.read",
]

PERMISSIONS: Final[dict[Role, tuple[Permission, ...]]] = {
    "admin": get_args(Permission),
    # Sees and speaks live, runs the exam; what a violation was is decided by somebody who was not part of it.
    "proctor": (
        "candidates.read",
        "exam_sessions.read",
        "exam_sessions.run",
        "booths.read",
        "booths.watch",
        "violations.read",
        "reports.read",
        "system.read",
    ),
    "reviewer": (
        "candidates.read",
        "exam_sessions.read",
        "booths.read",
        "violations.read",
        "violations.review",
        "reports.read",
    ),
    # Booths and devices; nothing that shows or names a candidate.
    "technician": ("devices.manage", "booths.read", "system.read"),
    "auditor": (
        "candidates.read",
        "exam_sessions.read",
        "booths.read",
        "violations.read",
        "reports.read",
        "audit.read",
        "system.read",
    ),
}


def roles_with(permission: Permission) -> tuple[Role, ...]:
    return tuple(role for role, permissions in PERMISSIONS.items() if permission in permissions)
