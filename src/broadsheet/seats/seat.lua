-- One call on one seat: the table of access/seat.py, once more, where the seats of many hosts
-- are kept. KEYS[1] is the seat. ARGV: call, revocation number, time in milliseconds (empty: this
-- server's), then what TIMINGS names, then what the call needs.
-- A seat is kept as epoch|since|expires|number|device|label, times in milliseconds.

local call, number = ARGV[1], tonumber(ARGV[2])
local lease, released, takeover, keep = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local channel, device, label = ARGV[8], ARGV[9], ARGV[10]

local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(value) return string.format('%.0f', value) end

local seat
local kept = redis.call('GET', KEYS[1])
if kept then
  local epoch, since, expires, own, holder, name = string.match(kept, '^(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|(.*)$')
  seat = { epoch = tonumber(epoch), since = tonumber(since), expires = tonumber(expires),
           number = tonumber(own), holder = holder, label = name }
end

local function begin()
  return { epoch = now, since = 0, expires = 0, number = now, holder = '', label = '' }
end

local function write()
  local value = table.concat({ integer(seat.epoch), integer(seat.since), integer(seat.expires),
                               integer(seat.number), seat.holder, seat.label }, '|')
  redis.call('SET', KEYS[1], value, 'PX', integer(keep))
end

local function tell(displaced, by)
  redis.call('PUBLISH', channel, table.concat({ integer(now), displaced, KEYS[1], by }, '|'))
end

local function held() return seat.holder ~= '' and now < seat.expires end
local function mine() return held() and seat.holder == device end

local function settle() -- after a clock that stepped back
  if seat.expires > now + lease then
    seat.expires = now + lease
    seat.since = math.min(seat.since, now)
  end
end

local function granted(fresh, was, name)
  return { now, 'granted', seat.epoch, seat.expires, fresh, was or '', name or '' }
end

local function grant(was, name)
  seat.holder, seat.label, seat.epoch = device, label, seat.epoch + 1
  seat.since, seat.expires = now, now + lease
  write()
  return granted(1, was, name)
end

local function renew()
  seat.label, seat.expires = label, now + lease
  write()
  return granted(0)
end

local function in_use() return { now, 'in-use', seat.holder, seat.label, seat.since, seat.epoch } end
local function gone() return { now, 'gone', '', '', 0 } end

local answers = {}

function answers.open()
  if mine() then return renew() end
  if held() then return in_use() end
  return grant()
end

function answers.take_over()
  if mine() then return granted(0) end
  if not held() then return grant() end
  -- The claim: the seat and device it names, its epoch, when it was issued.
  local age = now - (tonumber(ARGV[14]) or math.huge)
  local good = ARGV[11] == KEYS[1] and ARGV[12] == device and tonumber(ARGV[13]) == seat.epoch
  if not (good and age >= 0 and age < takeover) then return in_use() end
  local was, name = seat.holder, seat.label
  local answer = grant(was, name)
  tell(was, label)
  return answer
end

function answers.beat()
  if mine() and tonumber(ARGV[11]) <= seat.epoch then return renew() end
  if held() and not mine() then return { now, 'gone', seat.holder, seat.label, seat.since } end
  return gone()
end

function answers.release()
  if not (mine() and tonumber(ARGV[11]) == seat.epoch) then return gone() end
  seat.expires = math.min(seat.expires, now + released)
  write()
  return granted(0)
end

-- What the site asks, without a pass.

if call == 'number' then
  seat = seat or begin()
  write() -- so that the seat is known for as long as the pass is good
  return { now, seat.number }
end
if call == 'revoke' then
  seat = seat or begin()
  seat.number = seat.number + 1
  for which = 9, #ARGV do
    if seat.holder ~= '' and ARGV[which] == seat.holder then
      tell(seat.holder, '')
      seat.holder, seat.label, seat.expires = '', '', 0
    end
  end
  write()
  return { now, seat.number }
end
if call == 'look' then
  if not seat then return { now, 0, 0, 0, 0, '', '' } end
  settle()
  return { now, seat.epoch, seat.since, seat.expires, seat.number, seat.holder, seat.label }
end
if not seat or seat.number ~= number then return { now, 'revoked' } end
if call == 'vouches' then return { now, 'vouched' } end
settle()
return answers[call]()
