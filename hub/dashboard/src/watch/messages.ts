/** What travels on the signaling WebSocket of one view or talk, as the hub's OpenAPI schema has it. */
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type SignalIn = Schemas["HubSignal"];
export type SignalOut = Schemas["BrowserSignal"];
export type IceCandidate = Schemas["IceCandidate"];
export type RenditionWish = NonNullable<Extract<SignalOut, { type: "offer" }>["rendition"]>;
