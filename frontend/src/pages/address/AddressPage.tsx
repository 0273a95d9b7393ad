export default function AddressPage(given: { slug?: string; address?: string }) {
  return <h1>{given.slug ?? given.address ?? "Thefts"}</h1>;
}
