/** What the tables hold about one address: the server's own types. */
import type { components } from "../../api/types";

type Shapes = components["schemas"];

export type About = Shapes["AddressView"];
export type Tag = Shapes["TagView"];
export type Counterparty = Shapes["Counterparty"];
export type Counterparties = Shapes["CounterpartyList"];
export type Exposure = Shapes["Exposure"];
export type Indirect = Shapes["IndirectExposure"];
export type Activity = Shapes["Activity"];
export type Movements = Shapes["MovementList"];
export type Cluster = Shapes["ClusterView"];
export type Why = Shapes["Why"];
export type Splits = Shapes["SplitList"];
export type Precision = Shapes["Precision"];
