"""The hub as an authority: certificates, enrolment, revocation."""
