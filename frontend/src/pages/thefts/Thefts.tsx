export default function Thefts(given: { slug?: string; address?: string }) {
  return <h1>{given.slug ?? given.address ?? "Thefts"}</h1>;
}
