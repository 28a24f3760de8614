// English, outages: how the node is, what others did meanwhile, and what became of it.
import type { Outage } from "../i18n";

export const enOutage: Outage = {
  condition: {
    long: {
      nowhere: (time) => `Alarms can't be kept since ${time}: both the shared store and the disk are gone. Call the technician on duty now.`,
      disk: (time) => `The disk here takes nothing since ${time}. Life alarms are kept in the shared store, others must wait. Call the technician on duty.`,
      island: (time) =>
        `Cut off from the shared store since ${time}. Alarms are taken in and kept here, and you can work as before. What others do shows when it is back.`,
      merging: (time) =>
        time ? `The shared store is back. What happened since ${time} is being merged now.` : "The shared store is back. What is kept here is being held against it now.",
      replicas: () => "The shared store has fewer copies than agreed. Alarms are kept as before. Tell operations.",
    },
    short: {
      nowhere: (time) => `Alarms can't be kept since ${time}. Call the technician on duty now.`,
      disk: (time) => `The disk takes nothing since ${time}. Call the technician on duty.`,
      island: (time) => `Cut off from the shared store since ${time}.`,
      merging: () => "The shared store is back, merging now.",
      replicas: () => "Fewer copies than agreed. Tell operations.",
    },
    over: "Everything works again.",
  },
  outage: {
    title: "During the outage",
    alsoBy: (name, time, deed) => `Also handled by ${name} during the outage at ${time}: ${deed}.`,
    notMerged: (why) => `Not merged: ${why}.`,
    vanished: (name) =>
      `This case did not remain when the outage was over${name ? `: ${name}` : ""}. Its alarm is in another case, or was dealt with already.`,
    rowGone: "Did not remain after the outage",
    goTo: "Go to",
  },
  fieldCondition: {
    nowhere: (time) => `The centre can't save since ${time}. Ring the centre about the assignment.`,
    disk: (time) => `A disk of the centre has failed since ${time}. Ring if something isn't sent.`,
    island: (time) => `The centre is cut off from its shared store since ${time}. What you do is saved.`,
    merging: () => "The centre is catching up on what happened during an outage.",
  },
  reopened: { outage_visit: "a visit was sent to it during the outage", more_severe: "a more severe alarm came" },
  deed: {
    claimed: "took the case",
    released: "gave it back to the queue",
    taken_over: "took the case over",
    note_added: "wrote a note",
    step_ticked: "ticked a step",
    visit_offered: "sent a visit",
    visit_moved: "moved the visit on",
    closed: "closed the case",
  },
  deedWhy: {
    already_claimed: "somebody else had taken it",
    closed: "it was closed",
    not_owner: "somebody else had it",
    no_such_case: "the case was no longer there",
    visit_under_way: "a visit was under way",
    visit_state: "the visit had come further",
    no_such_visit: "the visit was no longer there",
    no_such_step: "the step was no longer there",
  },
};
