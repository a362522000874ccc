/** What travels on the signaling WebSocket of one view or talk; the hub's `hub/signaling.py` is the other end. */
export type IceCandidate = { candidate: string; sdp_mid: string | null; sdp_mline_index: number | null };
export type IceServer = { urls: string[]; username: string; credential: string };
export type RenditionWish = "auto" | "high" | "low";

export type SignalOut =
  | { type: "offer"; sdp: string; rendition?: RenditionWish }
  | { type: "candidate"; candidate: IceCandidate }
  | { type: "rendition"; rendition: RenditionWish }
  | { type: "hang_up" };

export type SignalIn =
  | { type: "welcome"; peer_id: string; ice_servers: IceServer[]; relay_only: boolean }
  | { type: "answer"; sdp: string }
  | { type: "trouble"; title: string; detail: string; retry: boolean };
