#!lua name=varde_ledger_v3
-- The ledger's third function library, as nodes of the third version load it. It is kept for the
-- tests of a ledger that such nodes wrote.

-- varde_commit_v3: appends batches of entries, each only if its subject has the expected version
-- and, when it is guarded, only if another subject has exactly the version that the guard names.
-- KEYS: ledger stream, chain hash, one subject list a commit, then the lists of guards.
-- ARGV: the SHA-1 of every entry, 20 bytes each, one behind the other; then for each commit its
-- head and its entries. A head is the expected version of a commit of one entry, or
-- "<expected version> <number of entries> <place of its guard's list in KEYS, or 0> <the guard's
-- version>".
-- Answers a flat list, two integers a commit: 0 stale, 1 committed or 2 fenced, and the version now.
local STALE, COMMITTED, FENCED = 0, 1, 2
local DIGEST_BYTES = 20

local function read_head(head)
  local expected = tonumber(head)
  if expected then
    return expected, 1, 0, 0
  end
  local version, count, guard, guard_version = string.match(head, '^(%d+) (%d+) (%d+) (%d+)$')
  return tonumber(version), tonumber(count), tonumber(guard), tonumber(guard_version)
end

local function commit(keys, args)
  local call = redis.call
  local ledger, chain_key = keys[1], keys[2]
  local chain = call('GET', chain_key) or ''

  -- With what the call will append.
  local versions = {}
  local function version_of(subject)
    local version = versions[subject] or call('LLEN', subject)
    versions[subject] = version
    return version
  end

  -- Everything is decided before anything is written, so a key of a wrong type leaves no half call.
  local answers, wanted, digests = {}, {}, {}
  local k, at, digest_at = 2, 2, 1
  while at <= #args do
    k = k + 1
    local subject = keys[k]
    local expected, count, guard, guard_version = read_head(args[at])
    local version = version_of(subject)
    local outcome = STALE
    if guard > 0 and version_of(keys[guard]) ~= guard_version then
      outcome = FENCED
    elseif version == expected then
      outcome = COMMITTED
      version = version + count
      versions[subject] = version
      wanted[#wanted + 1] = {subject = subject, first = at + 1, last = at + count}
      digests[#digests + 1] =
        string.sub(args[1], digest_at, digest_at + count * DIGEST_BYTES - 1)
    end
    at = at + 1 + count
    digest_at = digest_at + count * DIGEST_BYTES
    answers[#answers + 1] = outcome
    answers[#answers + 1] = version
  end
  if #wanted == 0 then
    return answers
  end

  -- One hash for all that is appended together stands with the last of it.
  chain = redis.sha1hex(chain .. table.concat(digests))
  for i, one in ipairs(wanted) do
    for j = one.first, one.last do
      local is_last = i == #wanted and j == one.last
      local id = call('XADD', ledger, '*', 'e', args[j], 'h', is_last and chain or '')
      call('RPUSH', one.subject, id)
    end
  end
  call('SET', chain_key, chain)
  return answers
end

-- varde_read_v3: the entries of one subject, by their places in its list.
-- KEYS: ledger stream, subject list. ARGV: first and last index, from 0.
-- Answers the entries' bytes; an id whose entry is not in the stream gives an empty string.
local function read(keys, args)
  local entries = {}
  for i, id in ipairs(redis.call('LRANGE', keys[2], args[1], args[2])) do
    local found = redis.call('XRANGE', keys[1], id, id)[1]
    entries[i] = found and found[2][2] or ''
  end
  return entries
end

redis.register_function('varde_commit_v3', commit)
redis.register_function{function_name = 'varde_read_v3', callback = read, flags = {'no-writes'}}
