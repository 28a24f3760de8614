/* The lanes as a model that Spin searches to the end: every interleaving of a few producers and the
 * consumer over the atomic steps of src/lanes (slab.hpp, stack.hpp, wake.hpp, lane_set.hpp), one
 * producer of which may freeze for ever at any step. Two lanes stand for three: life, and a lower
 * one.
 *
 * What holds in every reachable state:
 *   - no slot has two owners, no item is lost, doubled, or overtaken by its producer's next one
 *   - lower lanes never hold more than SLOTS - RESERVE, and life is refused only when life
 *     holds the reserve
 *   - the consumer never sleeps for ever while an item waits whose push has returned (Spin: invalid
 *     end state)
 *
 * With -DAWAKE the consumer never sleeps, which leaves room for a search of more slots and rounds.
 *
 * That the model can fail is shown by variants that check.sh expects to be caught:
 *   BROKEN_WAKE    the consumer looks before it arms (what a relaxed store would come to, too)
 *   BROKEN_RING    a producer takes the arming away before it rings
 *   BROKEN_CLEAR   a producer takes away any arming, not only the one that it saw
 *   BROKEN_CREDIT  the credit is checked in one step and taken in another
 *   BROKEN_TAG     the free list's swap does not look at the tag
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#define RESERVE 1
#define NIL 255
#define LIFE 0
#define LOWER 1
#define LANES 2
#define PRODUCERS 3
#define ITEMS_MAX 2                      /* of one producer */
#define ITEM(p, k) ((p) * ITEMS_MAX + (k))

#define NOWHERE 0                        /* where an item is */
#define PUSHED 1                         /* in a lane, its push has not returned */
#define OWED 2                           /* in a lane, its push has returned */
#define SERVED 3

/* The free list's word: changed in single steps only. */
byte free_tag, free_count, free_first;
byte next[SLOTS];
byte content[SLOTS];                     /* the item in a slot, NIL if none */
byte top[LANES];
byte armed;                              /* 0: not; else 4 * its number + the lanes it is for */
bool readable;                           /* the eventfd */

byte where[PRODUCERS * ITEMS_MAX];
byte held[LANES];                        /* slots between take and give back */
byte ended;                              /* producers that are done or frozen */
bool may_freeze = true;                 /* one producer, once; only with -DFREEZING */

chan fifo[LANES] = [SLOTS] of { byte };  /* the consumer's own */

#ifdef FREEZING
#define FREEZE if :: true :: may_freeze -> may_freeze = false; goto over fi;
#else
#define FREEZE
#endif

/* A swap that fails changes nothing and is tried again, so only the one that succeeds is a step.
 * The free list's take keeps its three steps, because what it read may be stale at the swap: that
 * is what the tag is for. */
inline refused() { slot = 0; tag = 0; count = 0; k++ }
inline returned() {
  if :: where[ITEM(me, k)] == PUSHED -> where[ITEM(me, k)] = OWED :: else fi;
  seen = 0; k++
}

proctype producer(byte me; byte lane; byte items) {
  byte k, slot, then, seen, tag, count;
  do
  :: k == items -> break
  :: k < items ->
    /* slab::take and put */
    do
    :: atomic {
         tag = free_tag; count = free_count; slot = free_first;
         assert(lane != LIFE || count > 0 || held[LIFE] >= RESERVE);
         if
         :: count <= (lane == LIFE -> 0 : RESERVE) -> refused(); goto next_item
         :: else
         fi
       }
       FREEZE
       then = next[slot];
#ifdef BROKEN_CREDIT
       atomic {
         tag = free_tag; count = free_count; slot = free_first;
         if
         :: slot == NIL -> refused(); goto next_item
         :: else -> then = next[slot]
         fi
       }
#endif
       FREEZE
       atomic {
         if
#ifdef BROKEN_TAG
         :: free_count == count && free_first == slot ->
#else
         :: free_tag == tag && free_count == count && free_first == slot ->
#endif
           free_tag++; free_count--; free_first = then; held[lane]++;
           assert(held[LOWER] <= SLOTS - RESERVE);
           assert(content[slot] == NIL);
           content[slot] = ITEM(me, k);
           where[ITEM(me, k)] = PUSHED;
           then = 0; tag = 0; count = 0;    /* forgotten, so that states fall together */
           break
         :: else
         fi
       }
    od;
    FREEZE
    /* take_all_stack::push */
    atomic { next[slot] = top[lane]; top[lane] = slot; slot = 0 }
    FREEZE
#ifdef AWAKE
    d_step { returned() }
    goto next_item;
#endif
    /* wake::after_push */
    atomic {
      seen = armed;
      if
      :: lane >= seen % 4 -> returned(); goto next_item
      :: else
      fi
    }
    FREEZE
#if defined(BROKEN_RING)
    d_step { if :: armed == seen -> armed = 0 :: else fi }
    FREEZE
    d_step { readable = true; returned() }
#elif defined(BROKEN_CLEAR)
    readable = true;
    d_step { armed = 0; returned() }
#else
    readable = true;
    FREEZE
    d_step { if :: armed == seen -> armed = 0 :: else fi; returned() }
#endif
next_item:
    skip
  od;
over:
  ended++
}

#define OWED_ITEMS (where[0] == OWED || where[1] == OWED || where[2] == OWED || \
                    where[3] == OWED || where[4] == OWED || where[5] == OWED)

#define OWED_LIFE (where[0] == OWED || where[1] == OWED || \
                   (THIRD_LANE == LIFE && (where[4] == OWED || where[5] == OWED)))

proctype consumer() {
  byte wakes_for = LANES;                /* the lanes that it arms for */
  bool rested;
  byte arming, lane, slot, at, newer, older, item;
  do
  :: /* lane_set::next_lane: an empty fifo looks at its stack; the highest lane with an item goes */
    lane = 0;
    do
    :: lane == LANES -> break
    :: lane < LANES && nempty(fifo[lane]) -> break
    :: lane < LANES && empty(fifo[lane]) ->
      d_step {
        /* take_all; turning around touches only slots that are the consumer's by then */
        at = top[lane]; top[lane] = NIL;
        newer = NIL;
        do
        :: at == NIL -> break
        :: else -> older = next[at]; next[at] = newer; newer = at; at = older
        od;
        do
        :: newer == NIL -> break
        :: newer != NIL -> fifo[lane]!newer; newer = next[newer]
        od;
        newer = 0; older = 0; at = 0
      }
      if
      :: nempty(fifo[lane]) -> break
      :: empty(fifo[lane]) -> lane++
      fi
    od;
    if
    :: lane < LANES ->
      d_step {
        fifo[lane]?slot;
        item = content[slot];
        assert(item != NIL);
        assert(where[item] == PUSHED || where[item] == OWED);
        where[item] = SERVED;
        /* in order: the producer's earlier item is not still waiting */
        assert(item % ITEMS_MAX == 0 || where[item - 1] == SERVED || where[item - 1] == NOWHERE);
        content[slot] = NIL;
        item = 0; newer = 0; older = 0; at = 0
      }
      /* slab::give_back */
      d_step { next[slot] = free_first; free_first = slot; free_count++; held[lane]--; slot = 0 }
    :: else ->
#ifdef AWAKE
      if
      :: top[LIFE] != NIL || top[LOWER] != NIL -> goto awake
      :: ended == PRODUCERS && top[LIFE] == NIL && top[LOWER] == NIL -> break
      fi;
#endif
      /* lane_set::arm */
#ifdef BROKEN_WAKE
      if
      :: top[0] == NIL && top[1] == NIL -> arming++; armed = 4 * arming + LANES; goto asleep
      :: else -> goto awake
      fi;
#endif
      arming++;
      if
      :: wakes_for = LANES
      :: !rested -> wakes_for = 1; rested = true   /* lane_set::arm_for_life, once */
      fi;
      armed = 4 * arming + wakes_for;
      if :: top[0] != NIL -> armed = 0; goto awake :: else fi;
      if :: wakes_for > 1 && top[1] != NIL -> armed = 0; goto awake :: else fi;
asleep:
      if
      :: readable -> armed = 0; readable = false   /* wake::disarm */
      :: ended == PRODUCERS && !readable && !OWED_ITEMS && wakes_for != 1 -> break
      /* What else it waited for came, and may come at any time; life alone never needs it. */
      :: wakes_for == 1 && !OWED_LIFE && ended == PRODUCERS -> skip
      fi;
awake:
      skip
    fi
  od;
  skip;
  /* Every slot is on the free list, but those that the frozen producer keeps. */
  d_step {
    assert(free_count + held[LIFE] + held[LOWER] == SLOTS);
    at = free_first; older = 0;
    do
    :: at == NIL || older > SLOTS -> break
    :: else -> older++; at = next[at]
    od;
    assert(older == free_count)
  }
}

init {
  byte i;
  atomic {
    for (i : 0 .. SLOTS - 1) {
      next[i] = (i == SLOTS - 1 -> NIL : i + 1);
      content[i] = NIL
    }
    top[LIFE] = NIL; top[LOWER] = NIL;
    free_count = SLOTS; free_first = 0;
    run producer(0, LIFE, LIFE_ITEMS);
    run producer(1, LOWER, LOWER_ITEMS);
    run producer(2, THIRD_LANE, THIRD_ITEMS);
    run consumer()
  }
}
