"""What the hub counts, for Prometheus. A registry of its own, so that two hubs can live in one process."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"invigil_{name}", what, labels, registry=registry)

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"invigil_{name}", what, labels, registry=registry)

        self.events_committed = counter("events_committed", "Events stored for the first time")
        self.events_repeated = counter("events_repeated", "Events that were here already")
        self.events_deferred = counter("events_deferred", "Events not taken because their chain has too many holes")
        self.messages_rejected = counter("messages_rejected", "Messages that can never be stored", "reason")
        self.links_broken = counter("links_broken", "Events whose prev_sha256 is not the event before")
        self.checkpoints_refused = counter("checkpoints_refused", "Checkpoints with a wrong signature or head")
        self.ingest_queue = gauge("ingest_queue", "Messages waiting to be stored")
        self.ingest_overflow = counter("ingest_overflow", "Events not queued because the queue was full; sent again")
        self.ingest_retries = counter("ingest_retries", "Batches that the database did not take at first")
        self.ingest_batch = Histogram(
            "invigil_ingest_batch_events",
            "Messages per transaction",
            buckets=(1, 5, 20, 50, 100, 200, 500),
            registry=registry,
        )
        self.leads = gauge("leads", "1 in the one hub process that does what only one may do")
        self.disk_free = gauge("disk_free_bytes", "Room where evidence is kept, or on its way to a bucket")
        self.state_failures = counter("state_write_failures", "Writes of booth states that the database did not take")
        self.mqtt_connected = gauge("mqtt_connected", "1 while the broker is connected")
        self.mqtt_unsent = counter("mqtt_unsent", "Messages not published because the broker was away")
        self.broker_restarts = counter("broker_restarts", "Times the private broker ended and was started again")
        self.steps_unused = counter("exam_session_steps_unused", "Steps of candidates that changed nothing", "reason")
        self.clock_jumps = counter("clock_jumps", "Times the clock of the leading process's machine was set")
        self.booths_silent = counter("booths_silent", "Booths in an exam session that fell silent")
        self.evidence_stored = counter("evidence_stored", "Evidence files taken")
        self.evidence_stored_bytes = counter("evidence_stored_bytes", "Their bytes")
        self.evidence_refused = counter("evidence_refused", "Uploads refused or failed", "status")
        self.webhook_attempts = counter("webhook_attempts", "Messages sent to webhooks", "outcome")
        self.live_clients = gauge("live_clients", "Browsers on the live WebSocket")
        self.live_dropped = counter("live_dropped", "Browsers dropped because they were too slow")
        self.live_failures = counter("live_failures", "Changes that could not be read back to be shown")
        self.sign_ins_refused = counter("sign_ins_refused", "Wrong names or passwords")
        self.signaling_sockets = gauge("signaling_sockets", "Browsers that view or talk, or are about to", "kind")
        self.signaling_refused = counter("signaling_refused", "Views and talks that were not begun", "reason")
        self.signaling_trouble = counter("signaling_trouble", "What went wrong between browser and booth", "reason")
        self.signaling_strangers = counter("signaling_strangers", "Viewers of a booth that the hub did not know")
        self.signaling_answer = Histogram(
            "invigil_signaling_answer_seconds",
            "From a browser's offer to the booth's answer",
            ("kind",),
            buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
            registry=registry,
        )
        self.commands_unanswered = counter("commands_unanswered", "Commands that a booth did not answer in time")

    def render(self) -> bytes:
        return generate_latest(self.registry)
