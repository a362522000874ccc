/** Violations, booths and gaps as the hub sends them, for tests to vary. */
import type { Booth, Gap, Health, Violation } from "@/api/types";

export const T0 = Date.parse("2030-05-04T10:00:00Z");
export const at = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();
export const SNAPSHOT = "5".repeat(64);

let made = 0;

export function violation(change: Partial<Violation> = {}): Violation {
  made += 1;
  return {
    violation_id: `00000000-0000-4000-8000-${String(made).padStart(12, "0")}`,
    booth_id: "booth-1",
    booth_name: "Booth 1",
    kind: "no_face",
    label: null,
    severity: "high",
    started_at: at(0),
    opened_at: at(1),
    ended_at: null,
    received_at: at(1.2),
    confidence: null,
    explanation: {
      measured: 0,
      limit: 1,
      unit: "faces",
      hold_s: 1,
      frames: 11,
      models: {},
      profile: "strict",
      profile_version: 1,
      rule: "no_face",
      parts: 1,
      escalated_after_s: null,
      looks: null,
      learned_at: null,
      note: null,
    },
    exam_session_id: null,
    exam_name: null,
    candidate_name: null,
    review: "unreviewed",
    reviews: [],
    reviews_hidden: 0,
    reviews_wanted: 1,
    changed_since_review: false,
    evidence: [
      {
        sha256: SNAPSHOT,
        role: "snapshot",
        media_type: "image/jpeg",
        size_bytes: 1000,
        taken_at: at(1),
        available: false,
        dropped: null,
        deleted_at: null,
      },
    ],
    ...change,
  };
}

export function health(change: Partial<Health> = {}): Health {
  return {
    type: "health",
    at: at(0),
    version: "0.1.0",
    uptime_s: 60,
    camera: "ok",
    camera_detail: "",
    capture_fps: 15,
    frames_dropped: 0,
    detectors: [{ name: "faces", state: "on", reason: "", shed: false, weights: {}, inference_ms: 30, rate_hz: 10 }],
    outbox_depth: 0,
    spool_files: 0,
    disk_free_bytes: 1e10,
    temperature_c: null,
    throttled: null,
    errors: {},
    viewers: [],
    streams: [],
    screen: { connected: false, speaker: null, unread: 0 },
    board_uptime_s: null,
    disk_total_bytes: null,
    memory_total_bytes: null,
    memory_available_bytes: null,
    load_1m: null,
    throttle_bits: null,
    spool_bytes: null,
    ...change,
  };
}

export function booth(id: string, change: Partial<Booth> = {}): Booth {
  return {
    booth_id: id,
    name: id,
    availability: "online",
    availability_since: at(-600),
    last_seen_at: at(0),
    health: health(),
    clock_offset_ms: 0,
    desired_profile: "strict",
    profile: "strict",
    open_violations: 0,
    violations_last_hour: 0,
    gaps_open: 0,
    worst_open: null,
    latest: null,
    picture: null,
    hand_raised_at: null,
    last_looked_at: null,
    room_id: null,
    exam_session: null,
    ...change,
  };
}

export function gap(change: Partial<Gap> = {}): Gap {
  made += 1;
  return {
    gap_id: `00000000-0000-4000-9000-${String(made).padStart(12, "0")}`,
    booth_id: "booth-1",
    booth_name: "Booth 1",
    reason: "camera_lost",
    detail: "",
    started_at: at(0),
    ended_at: null,
    ...change,
  };
}
