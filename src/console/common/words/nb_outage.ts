// Norwegian bokmål, outages: how the node is, what others did meanwhile, and what became of it. One list for the console
// and the field page, so that both call a thing by the same name.

export const nbOutage = {
  condition: {
    long: {
      nowhere: (time: string) => `Alarmer kan ikke lagres siden ${time}: både felles lager og disken er borte. Ring driftsvakten nå.`,
      disk: (time: string) => `Disken her tar ikke imot siden ${time}. Akutte alarmer lagres i felles lager, andre må vente. Ring driftsvakten.`,
      island: (time: string) =>
        `Frakoblet felles lager siden ${time}. Alarmer tas imot og lagres her, og du kan arbeide som før. Det som gjøres andre steder, vises når det er tilbake.`,
      merging: (time: string) =>
        time ? `Felles lager er tilbake. Det som skjedde siden ${time}, flettes sammen nå.` : "Felles lager er tilbake. Det som er lagret her, sjekkes mot det nå.",
      replicas: () => "Felles lager har færre kopier enn avtalt. Alarmer lagres som før. Meld fra til drift.",
    },
    short: {
      nowhere: (time: string) => `Alarmer kan ikke lagres siden ${time}. Ring driftsvakten nå.`,
      disk: (time: string) => `Disken tar ikke imot siden ${time}. Ring driftsvakten.`,
      island: (time: string) => `Frakoblet felles lager siden ${time}.`,
      merging: () => "Felles lager er tilbake, flettes sammen nå.",
      replicas: () => "Færre kopier enn avtalt. Meld fra til drift.",
    },
    over: "Alt virker igjen.",
  },
  outage: {
    title: "Under utfallet",
    alsoBy: (name: string, time: string, deed: string) => `Også håndtert av ${name} under utfallet kl. ${time}: ${deed}.`,
    notMerged: (why: string) => `Ikke flettet inn: ${why}.`,
    vanished: (name: string) =>
      `Denne hendelsen ble ikke stående da utfallet var over${name ? `: ${name}` : ""}. Alarmen er i en annen hendelse, eller den var tatt hånd om alt.`,
    rowGone: "Ble ikke stående etter utfallet",
    goTo: "Gå til",
  },
  fieldCondition: {
    nowhere: (time: string) => `Sentralen kan ikke lagre siden ${time}. Ring sentralen om oppdraget.`,
    disk: (time: string) => `Sentralen har feil på en disk siden ${time}. Ring hvis noe ikke blir sendt.`,
    island: (time: string) => `Sentralen er frakoblet felles lager siden ${time}. Det du gjør, blir lagret.`,
    merging: () => "Sentralen henter inn det som skjedde under et utfall.",
  },
  reopened: { outage_visit: "en utrykning ble sendt til den under utfallet", more_severe: "en mer alvorlig alarm kom" },
  deed: {
    claimed: "tok hendelsen",
    released: "ga den tilbake til køen",
    taken_over: "overtok hendelsen",
    note_added: "skrev en merknad",
    step_ticked: "krysset av et tiltak",
    visit_offered: "sendte en utrykning",
    visit_moved: "førte utrykningen videre",
    closed: "avsluttet hendelsen",
  },
  deedWhy: {
    already_claimed: "en annen hadde tatt den",
    closed: "den var avsluttet",
    not_owner: "en annen hadde den",
    no_such_case: "hendelsen fantes ikke lenger",
    visit_under_way: "en utrykning var i gang",
    visit_state: "utrykningen var kommet lenger",
    no_such_visit: "utrykningen fantes ikke lenger",
    no_such_step: "tiltaket fantes ikke lenger",
  },
} as const;
