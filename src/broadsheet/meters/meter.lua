-- The meter of one reader: a sorted set of articles by the time (Unix, seconds) each was counted.
-- KEYS[1] is the meter. ARGV: call, now, the window in seconds, article, allowance.

local call, now, window = ARGV[1], ARGV[2], tonumber(ARGV[3])

if call == 'forget' then return redis.call('DEL', KEYS[1]) end

-- Taken away one by one: what Lua reckons with a time must be what Python does, to the last bit.
local kept = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local counted, spent = false, 0
for at = 1, #kept, 2 do
  if tonumber(now) - tonumber(kept[at + 1]) >= window then
    redis.call('ZREM', KEYS[1], kept[at])
  else
    spent = spent + 1
    counted = counted or kept[at] == ARGV[4]
  end
end
if call == 'opened' then return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES') end
if not counted and spent < tonumber(ARGV[5]) then
  redis.call('ZADD', KEYS[1], now, ARGV[4])
  redis.call('EXPIRE', KEYS[1], math.ceil(window))
end
return { spent, counted and 1 or 0 }
