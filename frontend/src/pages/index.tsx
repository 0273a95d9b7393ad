/** Which page is at which path. A page is loaded when it is first opened. */
import { lazy, type ReactElement } from "react";
import { parts } from "../shell/route";

const Thefts = lazy(() => import("./thefts/Thefts"));
const Incident = lazy(() => import("./incident/Incident"));
const AddressPage = lazy(() => import("./address/AddressPage"));
const Trace = lazy(() => import("./trace/Trace"));
const Balance = lazy(() => import("./balance/Balance"));
const Cases = lazy(() => import("./cases/Cases"));
const Actor = lazy(() => import("./actor/Actor"));
const Transaction = lazy(() => import("./transaction/Transaction"));
const Runs = lazy(() => import("./runs/Runs"));

export function pageOf(path: string): ReactElement | null {
  const [room, name, more] = parts(path);
  if (room === undefined || (room === "thefts" && name === undefined)) return <Thefts />;
  if (room === "incident" && name !== undefined && more === undefined) return <Incident slug={name} />;
  if (room === "address" && name !== undefined && more === undefined) return <AddressPage address={name} />;
  if (room === "actor" && name !== undefined && more === undefined) return <Actor name={name} />;
  if (room === "transaction" && name !== undefined && more === undefined) return <Transaction hash={name} />;
  if (room === "runs" && name === undefined) return <Runs />;
  if ((room === "runs" || room === "trace") && name !== undefined && more === undefined) return <Trace key={name} run={name} />;
  if (room === "runs" && name !== undefined && more === "balance") return <Balance key={name} run={name} />;
  if (room === "trace" && name !== undefined && more === undefined) return <Trace key={name} run={name} />;
  if (room === "cases" && name === undefined) return <Cases />;
  return null;
}
