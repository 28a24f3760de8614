#!lua name=varde_ledger_v4
-- The ledger's compare-and-append. It knows versions and bytes, nothing of alarms: all rules of the
-- domain are in C++. A change to this text that changes what it does gets a new number in all names
-- (see docs/ledger.md). Redis hashes every byte of a string that Lua touches, so entries come as one
-- string, and are taken apart only where a commit of the call is refused.

-- KEYS of both functions: the ledger's stream, its places, and what older libraries kept: the key
-- of the chain's hash and what the names of the subjects' lists begin with.
local LEDGER, PLACES, OLD_CHAIN, OLD_LISTS = 1, 2, 3, 4

-- A subject's place: "<version> <line> <id>". Its newest entries are in the stream's element <id>,
-- and where it was before is the <line>th line of that element's `p`. "<version> " alone: they are
-- in the subject's list, or the version is 0 and there are none.
-- No subject is called so: the hash of the newest element, and whether there are lists.
local CHAIN, LISTS = '.chain', '.lists'

local STALE, COMMITTED, FENCED = 0, 1, 2

local function version_in(place)
  return tonumber(string.match(place, '^%d+'))
end

-- At the first commit: goes on with the chain of a ledger that an older library wrote. At its key
-- stands a hash from now on, which older functions refuse before they write: they know no places.
local function take_over(keys)
  local chain = redis.call('GET', keys[OLD_CHAIN])
  redis.call('DEL', keys[OLD_CHAIN])
  redis.call('HSET', keys[OLD_CHAIN], 'moved to', keys[PLACES])
  local lists = chain and 'yes' or 'no'
  redis.call('HSET', keys[PLACES], CHAIN, chain or '', LISTS, lists)
  return chain or '', lists
end

-- Of a subject that has none yet.
local function first_place(keys, subject, lists)
  if lists ~= 'yes' then
    return '0 '
  end
  return redis.call('LLEN', keys[OLD_LISTS] .. subject) .. ' '
end

-- Where the entry ends whose tag is at the place `at`: behind the tag its size as a varint.
local function end_of_entry(entries, at)
  local size, factor = 0, 1
  repeat
    at = at + 1
    local byte = string.byte(entries, at)
    size = size + byte % 128 * factor
    factor = factor * 128
  until byte < 128
  return at + size
end

-- The entries of those commits only that are committed; commit i has counts[i] of them.
local function entries_of(committed, entries, counts)
  local parts, at = {}, 1
  for i = 1, #counts do
    local first = at
    for _ = 1, counts[i] do
      at = end_of_entry(entries, at) + 1
    end
    if committed[i] then
      parts[#parts + 1] = string.sub(entries, first, at - 1)
    end
  end
  return table.concat(parts)
end

-- varde_commit_v4: appends batches of entries, each only if its subject has the expected version
-- and, when it is guarded, only if another subject has exactly the version that the guard names.
-- ARGV: the entries of all commits as a serialized varde.ledger.v1.Batch, its SHA-1 in hex, and the
-- number of commits; for each commit its subject, "<expected version> " and "<version after it> ";
-- for each that is guarded its number, the guard's subject and "<the guard's version> ".
-- Answers the number of commits if all are committed; otherwise a flat list, two integers a commit:
-- 0 stale, 1 committed or 2 fenced, and the version now.
local function commit(keys, args)
  local call, sub = redis.call, string.sub
  local HEAD, A_COMMIT, A_GUARD = 3, 3, 3
  local count = tonumber(args[HEAD])
  local guards_at = HEAD + A_COMMIT * count + 1

  local asked = {CHAIN, LISTS}
  for i = 1, count do
    asked[i + 2] = args[HEAD + A_COMMIT * (i - 1) + 1]
  end
  for at = guards_at, #args, A_GUARD do
    asked[#asked + 1] = args[at + 1]
  end
  local held = call('HMGET', keys[PLACES], unpack(asked))
  local chain, lists = held[1], held[2]
  if not chain then
    chain, lists = take_over(keys)
  end
  local function place_of(i)
    return held[i] or first_place(keys, asked[i], lists)
  end

  local guards = {}
  for at = guards_at, #args, A_GUARD do
    local place = place_of(2 + count + (at - guards_at) / A_GUARD + 1)
    guards[tonumber(args[at])] = {subject = args[at + 1], version = args[at + 2], place = place}
  end

  -- Everything is decided before anything is written, so a key of a wrong type leaves no half call.
  local now = {}                    -- by subject: its version with what the call appends
  local subjects, before = {}, {}   -- those that get a new place, and the old one, by line
  local committed, answers, all = {}, {}, true
  for i = 1, count do
    local at = HEAD + A_COMMIT * (i - 1) + 1
    local subject, expected = args[at], args[at + 1]
    local place = now[subject] or place_of(i + 2)
    local guard = guards[i]
    local guarded_by = guard and (now[guard.subject] or guard.place)
    local outcome = STALE
    if guard and sub(guarded_by, 1, #guard.version) ~= guard.version then
      outcome = FENCED
    elseif sub(place, 1, #expected) == expected then
      outcome = COMMITTED
      if not now[subject] then
        subjects[#subjects + 1] = subject
        before[#before + 1] = place
      end
      place = args[at + 2]
      now[subject] = place
      committed[i] = true
    end
    if outcome ~= COMMITTED then
      all = false
    end
    answers[2 * i - 1] = outcome
    answers[2 * i] = place
  end

  if #subjects > 0 then
    local entries, digest = args[1], args[2]
    if not all then
      local counts = {}
      for i = 1, count do
        local at = HEAD + A_COMMIT * (i - 1) + 1
        counts[i] = version_in(args[at + 2]) - version_in(args[at + 1])
      end
      entries = entries_of(committed, entries, counts)
      digest = redis.sha1hex(entries)
    end
    chain = redis.sha1hex(chain .. digest)
    local id =
      call('XADD', keys[LEDGER], '*', 'b', entries, 'p', table.concat(before, '\n'), 'h', chain)
    local written = {CHAIN, chain}
    for line = 1, #subjects do
      written[2 * line + 1] = subjects[line]
      written[2 * line + 2] = now[subjects[line]] .. line .. ' ' .. id
    end
    call('HSET', keys[PLACES], unpack(written))
  end

  if all then
    return count
  end
  for i = 1, count do
    answers[2 * i] = version_in(answers[2 * i])
  end
  return answers
end

local function line_of(text, number)
  for line in string.gmatch(text, '[^\n]+') do
    number = number - 1
    if number == 0 then
      return line
    end
  end
end

-- varde_read_v4: what holds a subject's entries, from its newest back.
-- ARGV: the subject, the place to begin at ('' for its newest), the version to reach (from 1), how
-- many elements at the most.
-- Answers the place to go on at, '' if all was read, then two strings an element, the newest first:
-- 'b' and a batch, which holds others' entries too, or 'e' and one entry. What the stream does not
-- hold is '' and ''.
local function read(keys, args)
  local call = redis.call
  local subject, place, from, left = args[1], args[2], tonumber(args[3]), tonumber(args[4])
  if place == '' then
    local held = call('HMGET', keys[PLACES], subject, LISTS)
    place = held[1] or first_place(keys, subject, held[2] or 'yes')
  end

  local answer = {''}
  local function add(id)
    local found = call('XRANGE', keys[LEDGER], id, id)[1]
    local fields = found and found[2] or {'', ''}
    answer[#answer + 1] = fields[1]
    answer[#answer + 1] = fields[2]
    left = left - 1
    return fields
  end

  while version_in(place) >= from do
    if left == 0 then
      answer[1] = place
      break
    end
    local line, id = string.match(place, '^%d+ (%d+) (.+)$')
    if id then
      place = line_of(add(id)[4] or '0 ', tonumber(line))
    else
      local version = version_in(place)
      local first = math.max(from, version - left + 1)
      local ids = call('LRANGE', keys[OLD_LISTS] .. subject, first - 1, version - 1)
      for i = #ids, 1, -1 do
        add(ids[i])
      end
      place = (first - 1) .. ' '
    end
  end
  return answer
end

redis.register_function('varde_commit_v4', commit)
redis.register_function{function_name = 'varde_read_v4', callback = read, flags = {'no-writes'}}
