/** `dyepack incident SLUG --json`: the server's own types. */
import type { components } from "../../api/types";

type Shapes = components["schemas"];

export type View = Shapes["IncidentView"];
export type AmountClaim = Shapes["AmountClaim"];
export type AttributionClaim = Shapes["AttributionClaim"];
export type AddressClaim = Shapes["AddressClaim"];
export type LaunderingClaim = Shapes["LaunderingClaim"];
