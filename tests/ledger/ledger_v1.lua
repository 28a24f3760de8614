#!lua name=varde_ledger_v1
-- The ledger's first function library, as nodes of the first version load it. It is kept for the
-- tests of a ledger that such nodes wrote.

-- varde_commit_v1: appends batches of entries, each only if its subject has the expected version.
-- KEYS: ledger stream, chain hash, then one subject list a commit.
-- ARGV: for each commit: expected version, number of entries, the entries.
-- Answers a flat list, two integers a commit: 1 committed or 0 stale, and the version now.
local function commit(keys, args)
  local call, sha1hex = redis.call, redis.sha1hex
  local ledger, chain_key = keys[1], keys[2]
  local chain_before = call('GET', chain_key) or ''
  local chain = chain_before
  local answers, answered, at = {}, 0, 1

  local function append_all()
    for k = 3, #keys do
      local subject = keys[k]
      local expected, count = tonumber(args[at]), tonumber(args[at + 1])
      local version = call('LLEN', subject)
      local committed = 0
      if version == expected then
        for i = at + 2, at + 1 + count do
          local hash = sha1hex(chain .. args[i])
          local id = call('XADD', ledger, '*', 'e', args[i], 'h', hash)
          chain = hash
          version = call('RPUSH', subject, id)
        end
        committed = 1
      end
      at = at + 2 + count
      answers[answered + 1] = committed
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

-- varde_read_v1: the entries of one subject, by their places in its list.
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

redis.register_function('varde_commit_v1', commit)
redis.register_function{function_name = 'varde_read_v1', callback = read, flags = {'no-writes'}}
