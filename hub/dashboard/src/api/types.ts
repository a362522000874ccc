/** The hub's types under short names; generated from its OpenAPI schema, never written by hand. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Booth = Schemas["Booth"];
export type BoothList = Schemas["BoothList"];
export type Availability = Booth["availability"];
export type Picture = NonNullable<Booth["picture"]>;
export type Health = NonNullable<Booth["health"]>;
export type Detector = Health["detectors"][number];
export type Violation = Schemas["ViolationView"];
export type ViolationList = Schemas["ViolationList"];
export type ViolationKind = Violation["kind"];
export type Severity = Violation["severity"];
export type Evidence = NonNullable<Violation["evidence"]>[number];
export type ClipBoxes = Schemas["ClipBoxes"];
export type Recording = Schemas["Recording"];
export type Segment = Schemas["SegmentView"];
export type Hole = Schemas["HoleView"];
export type Gap = Schemas["GapView"];
export type GapList = Schemas["GapList"];
export type System = Schemas["System"];
export type ExamSession = Schemas["ExamSessionView"];
export type ExamSessionList = Schemas["ExamSessionList"];
export type ExamSessionDetail = Schemas["ExamSessionDetail"];
export type ExamSessionStep = Schemas["ExamSessionStepView"];
export type ExamSessionPhoto = Schemas["ExamSessionPhoto"];
export type SittingState = ExamSession["state"];
export type Reason = Schemas["ReasonView"];
export type Presence = Schemas["Presence"];
export type Looking = Schemas["Looking"];
export type Room = Schemas["Room"];
export type Site = Schemas["Site"];
export type Candidate = Schemas["Candidate"];
export type ImportReport = Schemas["ImportReport"];
export type Review = Schemas["ReviewView"];
export type ReviewQueue = Schemas["ReviewQueue"];
export type Held = Schemas["Held"];
export type Rate = Schemas["Rate"];
export type Flag = Schemas["Flag"];
export type FlagList = Schemas["FlagList"];
export type Message = Schemas["MessageView"];
export type Traces = Omit<Schemas["Traces"], "cone_deg"> & { cone_deg: number[] | null };
export type TraceLine = Schemas["Line"];
export type Watch = Schemas["WatchView"];
export type Sights = Schemas["Sights"];
export type Device = Schemas["DeviceView"];
export type DeviceStatus = Device["status"];
export type DeviceCare = Device["care"][number];
export type DeviceDetail = Schemas["DeviceDetail"];
export type Checkup = Schemas["Checkup"];
export type CheckResult = Schemas["CheckResult"];
export type Certificate = Schemas["CertificateView"];
export type EnrolmentRequest = Schemas["EnrolmentRequestView"];
export type ExpectedDevice = Schemas["ExpectedDevice"];
export type ClaimCode = Schemas["ClaimCodeView"];
export type NewClaimCode = Schemas["NewClaimCode"];
export type LiveMessage = Schemas["LiveMessage"];

/** High first: the order in which people must look. */
export const SEVERITIES = ["high", "medium", "low"] as const satisfies readonly Severity[];

export const KINDS = [
  "no_face",
  "multiple_faces",
  "looking_away",
  "prohibited_object",
  "camera_blocked",
  "camera_frozen",
  "camera_dark",
  "camera_blurred",
  "camera_moved",
  "person_changed",
  "speech",
] as const satisfies readonly ViolationKind[];
