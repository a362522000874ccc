/** The English of devices that come without a claim code, of their certificates, and of the code that rescues one. */
export const enrolment = {
  "enrolment.requests_one": "{count} device asks to be let in",
  "enrolment.requests_other": "{count} devices ask to be let in",
  "enrolment.requests-lead":
    "Each shows its code on its own terminal. Let in only the one whose code you have read there: anybody in the network can ask.",
  "enrolment.says": "Says it is:",
  "enrolment.says-nothing": "nothing of itself",
  "enrolment.from": "from {address}",
  "enrolment.left": "waits for another {left}",
  "enrolment.note.used":
    "This serial number is expected, but a device with it came already. One of the two is not what it says.",
  "enrolment.note.elsewhere": "This serial number is expected, but not from this network.",
  "enrolment.note.occupied": "This serial number is expected, but the booth has a device that is connected.",
  "enrolment.approve": "Let in",
  "enrolment.approve-of": "Let in: {code}",
  "enrolment.approve-title": "Let a device in",
  "enrolment.approve-lead":
    "Read the code at the device, not here: that is how you know that it is this device, and no other, that asks.",
  "enrolment.approved": "Let in: the device of {name} has its certificate within seconds",
  "enrolment.expected-for": "Its serial number is expected for {name}.",
  "enrolment.code": "The code on its terminal: {shown}…",
  "enrolment.code-hint": "Type its last four characters.",
  "enrolment.code-wrong":
    "That is not how its code ends. If the terminal shows another code, it is another device: refuse it.",
  "enrolment.gone": "It does not wait any more: somebody decided already, or its time ran out. It may ask again.",
  "enrolment.refuse": "Refuse",
  "enrolment.refuse-of": "Refuse {code}",
  "enrolment.refuse-lead": "It is told so, and who refused it and why is kept. It may ask again.",
  "enrolment.refuse-hint": "For the record, such as: its terminal shows another code",

  "enrolment.expect": "Expect a device",
  "enrolment.expect-lead":
    "By the serial number of its board. When it comes, and only from your own network, it is let in once without anybody at its side.",
  "enrolment.serial-hint":
    "It stands on the board's label, and on the board itself in /proc/device-tree/serial-number.",
  "enrolment.serial-missing": "Type the number of the board",
  "enrolment.for": "For how long",
  "enrolment.days_one": "{count} day",
  "enrolment.days_other": "{count} days",
  "enrolment.expects": "{serial} is let in when it comes",
  "enrolment.expected_one": "{count} device is expected",
  "enrolment.expected_other": "{count} devices are expected",
  "enrolment.expected-by": "by {name}",
  "enrolment.until": "until",
  "enrolment.withdraw-of": "Withdraw: {serial}",

  "certificates.all": "All its certificates",
  "certificates.state.in_force": "In force",
  "certificates.state.waiting": "Not used yet",
  "certificates.state.withdrawn": "Withdrawn",
  "certificates.state.ended": "Ended",
  "certificates.how.enrolled": "Enrolled",
  "certificates.how.renewed": "Renewed",
  "certificates.how.rescued": "Rescued",
  "certificates.renews": "Renews itself",
  "certificates.came.claim_code": "with the code of {name}, from {from}",
  "certificates.came.approved": "let in by {name}, from {from}",
  "certificates.came.serial": "by its serial number, which {name} expected, from {from}",

  "rescue.make": "Rescue code",
  "rescue.again": "New rescue code",
  "rescue.title": "Rescue this device",
  "rescue.lead":
    "For a device whose certificate has ended while it was away. It keeps its key, its booth and its history. The code is shown this once and is good once.",
  "rescue.code": "It asks for the rescue code:",
  "rescue.open": "A rescue code of {name} is good for another {left}.",
} as const;
