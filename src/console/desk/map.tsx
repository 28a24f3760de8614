// Where it is: a marker at the address and one at the device's own position. Tiles are the municipality's choice; a
// map without them still says where things lie to each other, and the coordinates stand in plain figures.
import { useEffect, useId, useRef } from "preact/hooks";
import type { Map as LeafletMap } from "leaflet";
import { t } from "../common/i18n";
import { coordinates, streetAndDoor } from "../common/place";
import type { Case, Position } from "../common/types";
import { session } from "./store";

const zoom = 15;

interface Place {
  at: [number, number];
  label: string;
  look: string;
}

function newestPosition(c: Case): Position | null {
  return c.alarms.map((a) => a.position).filter((p) => p !== null).at(-1) ?? null;
}
function placesOf(c: Case): Place[] {
  const places: Place[] = [];
  const home = coordinates(c.subject.address);
  if (home && c.subject.address) places.push({ at: home, label: streetAndDoor(c.subject.address), look: "pin" });
  const position = newestPosition(c);
  if (position) {
    places.push({ at: [position.latitude, position.longitude], label: t().pane.devicePosition, look: "pin pin-device" });
  }
  return places;
}

/** Draws the map; Leaflet is fetched only when a case with a place is opened. Returns what takes it away. */
function draw(box: HTMLElement, places: readonly Place[], tiles: string): () => void {
  let map: LeafletMap | null = null;
  let gone = false;
  void Promise.all([import("leaflet"), import("leaflet/dist/leaflet.css")]).then(([{ default: leaflet }]) => {
    const first = places[0];
    if (gone || !first) return;
    map = leaflet.map(box, { attributionControl: false, zoomControl: false, fadeAnimation: false, keyboard: false });
    map.setView(first.at, zoom);
    leaflet.control.zoom({ zoomInTitle: t().pane.zoomIn, zoomOutTitle: t().pane.zoomOut }).addTo(map);
    leaflet.control.scale({ imperial: false }).addTo(map);
    if (tiles) leaflet.tileLayer(tiles, { maxZoom: 19 }).addTo(map);
    for (const place of places) {
      const icon = leaflet.divIcon({ className: place.look, iconSize: [28, 28], iconAnchor: [14, 14] });
      leaflet.marker(place.at, { icon, alt: place.label, title: place.label, keyboard: false }).addTo(map);
    }
    if (places.length > 1) map.fitBounds(leaflet.latLngBounds(places.map((p) => p.at)), { padding: [40, 40], maxZoom: zoom });
  });
  return () => {
    gone = true;
    map?.remove();
  };
}

export function CaseMap({ c }: { c: Case }) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const words = t().pane;
  const config = session.value?.config;
  const tiles = config?.municipalities.find((m) => m.id === c.municipality)?.map_tiles ?? config?.map_tiles ?? "";
  const places = placesOf(c);
  const drawn = JSON.stringify([places, tiles]);
  useEffect(() => (box.current && places.length > 0 ? draw(box.current, places, tiles) : undefined), [drawn]);
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{words.map}</h3>
      {places.length === 0 ? (
        <p class="muted">{words.noCoordinates}</p>
      ) : (
        <>
          <div class={tiles ? "map" : "map map-bare"} ref={box} />
          <ul class="muted meta">
            {places.map((place) => (
              <li key={place.look}>
                {place.label}: {place.at.map((n) => n.toFixed(5)).join(", ")}
              </li>
            ))}
            {!tiles && <li>{words.noTiles}</li>}
          </ul>
        </>
      )}
    </section>
  );
}
