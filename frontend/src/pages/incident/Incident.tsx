export default function Incident(given: { slug?: string; address?: string }) {
  return <h1>{given.slug ?? given.address ?? "Thefts"}</h1>;
}
