#!lua name=varde_ledger_v2
-- The ledger's second function library, as nodes of the second version load it. It is kept for the
-- tests of a ledger that such nodes wrote.

-- varde_commit_v2: appends batches of entries, each only if its subject has the expected version
-- and, when it is guarded, only if another subject has exactly the version that the guard names.
-- KEYS: ledger stream, chain hash, one subject list a commit, then the lists of guards.
-- ARGV: for each commit: expected version, place of its guard's list in KEYS (0: not guarded), the
-- guard's version, number of entries, the entries.
-- Answers a flat list, two integers a commit: 0 stale, 1 committed or 2 fenced, and the version now.
local STALE, COMMITTED, FENCED = 0, 1, 2

local function commit(keys, args)
  local call, sha1hex = redis.call, redis.sha1hex
  local ledger, chain_key = keys[1], keys[2]
  local chain_before = call('GET', chain_key) or ''
  local chain = chain_before
  local answers, answered, at = {}, 0, 1

  local function append_all()
    local k = 2
    while at <= #args do
      k = k + 1
      local subject = keys[k]
      local expected, guard = tonumber(args[at]), tonumber(args[at + 1])
      local guard_version, count = tonumber(args[at + 2]), tonumber(args[at + 3])
      local version = call('LLEN', subject)
      local outcome = STALE
      if guard > 0 and call('LLEN', keys[guard]) ~= guard_version then
        outcome = FENCED
      elseif version == expected then
        for i = at + 4, at + 3 + count do
          local hash = sha1hex(chain .. args[i])
          local id = call('XADD', ledger, '*', 'e', args[i], 'h', hash)
          chain = hash
          version = call('RPUSH', subject, id)
        end
        outcome = COMMITTED
      end
      at = at + 4 + count
      answers[answered + 1] = outcome
      answers[answered + 2] = version
      answered = answered + 2
    end
  end

  -- Should a key be of a wrong type, what was appended before keeps its chain.
  local ok, problem = pcall(append_all)
  if chain ~= chain_before then
    call('SET', chain_key, chain)
  end
  if not ok then
    local text = type(problem) == 'table' and problem.err or problem
    return redis.error_reply('ERR varde_commit: ' .. tostring(text))
  end
  return answers
end

-- varde_read_v2: the entries of one subject, by their places in its list.
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

redis.register_function('varde_commit_v2', commit)
redis.register_function{function_name = 'varde_read_v2', callback = read, flags = {'no-writes'}}
