/** What the ledger's questions answer: the server's own types. */
import type { components } from "../../api/types";

type Shapes = components["schemas"];

export type Sum = Shapes["Sum"];
export type Printed = Shapes["PrintedLine"];
export type Totals = Shapes["Totals"];
export type Period = Shapes["Period"];
export type Compared = Shapes["Comparison"];
export type Outlook = Shapes["Outlook"];
export type Cut = Shapes["Cut"];
export type Line = Shapes["IncidentLine"];
export type Lines = Shapes["IncidentList"];
export type Workspace = Shapes["WorkspaceView"];
export type Actors = Shapes["ActorList"];
export type Publishers = Shapes["PublisherList"];
export type PublisherTotals = Shapes["PublisherTotals"];
