/** Rooms and sites, to choose among. */
export { roomsQuery, sitesQuery } from "@/places/queries";
