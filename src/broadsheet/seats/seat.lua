-- One call on one seat: the table of access/seat.py, once more, where the seats of many hosts
-- are kept. KEYS[1] is the seat. ARGV: call, revocation number, time in milliseconds (empty: this
-- server's), device, label, and what the call needs besides. LEASE, RELEASED, TAKEOVER, KEEP (all
-- milliseconds) and CHANNEL stand before this text.
-- Written without functions where a reader's every page comes by: Lua would make each anew.

local call, device, label = ARGV[1], ARGV[4], ARGV[5]

local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Four numbers, the holder's id with its length before it, and their label up to the end.
local FORM = '>ddddBc0'
local epoch, since, expires, number, holder, name
local kept = redis.call('GET', KEYS[1])
if kept then
  local label_at
  epoch, since, expires, number, holder, label_at = struct.unpack(FORM, kept)
  name = string.sub(kept, label_at)
end

local function write()
  local value = struct.pack(FORM, epoch, since, expires, number, #holder, holder) .. name
  redis.call('SET', KEYS[1], value, 'PX', KEEP)
end

local function tell(displaced, by)
  local words = { string.format('%.0f', now), displaced, KEYS[1], by }
  redis.call('PUBLISH', CHANNEL, table.concat(words, '|'))
end

if not kept then
  if call == 'look' then return { now, 0, 0, 0, 0, '', '' } end
  if call ~= 'number' and call ~= 'revoke' then return { now, 'revoked' } end
  epoch, since, expires, number, holder, name = now, 0, 0, now, '', ''
end

-- What the site asks, without a pass.

if call == 'number' then
  write() -- so that the seat is known for as long as the pass is good
  return { now, number }
elseif call == 'look' then
  return { now, epoch, since, expires, number, holder, name }
elseif call == 'revoke' then
  local ended = ''
  number = number + 1
  for which = 6, #ARGV do
    if ARGV[which] == holder then ended = holder end
  end
  if ended ~= '' then holder, name, expires = '', '', 0 end
  write()
  if ended ~= '' then tell(ended, '') end
  return { now, number }
end

-- What the gate asks, with one.

if number ~= tonumber(ARGV[2]) then return { now, 'revoked' } end
if call == 'vouches' then return { now, 'vouched' } end

if expires > now + LEASE then -- the clock stepped back
  expires, since = now + LEASE, math.min(since, now)
  write()
end

local held = holder ~= '' and now < expires
local mine = held and holder == device
local displaced, by = '', ''

if call == 'release' then
  if not mine or tonumber(ARGV[6]) ~= epoch then return { now, 'gone' } end
  expires = math.min(expires, now + RELEASED)
  write()
  return { now, 'granted', epoch, expires, 0, '', '' }
elseif call == 'beat' and not (mine and tonumber(ARGV[6]) <= epoch) then
  if held and not mine then return { now, 'gone', holder, name, since } end
  return { now, 'gone' }
elseif mine then
  if call ~= 'take_over' then -- the winner's repeat changes nothing
    name, expires = label, now + LEASE
    write()
  end
  return { now, 'granted', epoch, expires, 0, '', '' }
elseif held then
  -- The claim: the seat and device it names, its epoch, when it was issued.
  local age = now - (tonumber(ARGV[9]) or math.huge)
  local good = call == 'take_over' and ARGV[6] == KEYS[1] and ARGV[7] == device
    and tonumber(ARGV[8]) == epoch and age >= 0 and age < TAKEOVER
  if not good then return { now, 'in-use', holder, name, since, epoch } end
  displaced, by = holder, name
end

holder, name, epoch, since, expires = device, label, epoch + 1, now, now + LEASE
write() -- a server without memory stops here: nobody is told what is not so
if displaced ~= '' then tell(displaced, label) end
return { now, 'granted', epoch, expires, 1, displaced, by }
