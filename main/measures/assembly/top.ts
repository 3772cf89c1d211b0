/**
 * Places of the `kept` highest of `count` floats, highest first; of equal ones the first comes first. NaN is never among them.
 * @param values room for `kept` floats, which come to lie there
 * @param places room for as many 32-bit integers
 * @returns how many there are
 */
export function top(from: usize, count: i32, kept: i32, values: usize, places: usize): i32 {
  let found = 0;
  // What a value must exceed to come in, once there are as many as are kept.
  let least: f32 = -Infinity;
  for (let four = 0; four < count; four += 4) {
    const at = from + (<usize>four << 2);
    if (found == kept && !v128.any_true(f32x4.gt(v128.load(at), f32x4.splat(least)))) continue;
    const end = min(four + 4, count);
    for (let index = four; index < end; index++) {
      const value = f32.load(from + (<usize>index << 2));
      if (found == kept ? !(value > least) : value != value) continue;
      if (found < kept) found++;
      let place = <usize>(found - 1) << 2;
      for (; place > 0 && value > f32.load(values + place - 4); place -= 4) {
        f32.store(values + place, f32.load(values + place - 4));
        i32.store(places + place, i32.load(places + place - 4));
      }
      f32.store(values + place, value);
      i32.store(places + place, index);
      least = f32.load(values + (<usize>(found - 1) << 2));
    }
  }
  return found;
}

/** How many of `count` floats come before the one at `place` in the order of `top`; NaN comes before none. */
export function before(from: usize, count: i32, place: i32): i32 {
  const own = f32.load(from + (<usize>place << 2));
  const four = f32x4.splat(own);
  const whole = count & ~3;
  let greater = i32x4.splat(0);
  for (let index = 0; index < whole; index += 4) greater = i32x4.sub(greater, f32x4.gt(v128.load(from + (<usize>index << 2)), four));
  let found = i32x4.extract_lane(greater, 0) + i32x4.extract_lane(greater, 1) + i32x4.extract_lane(greater, 2) + i32x4.extract_lane(greater, 3);
  for (let index = whole; index < count; index++) found += i32(f32.load(from + (<usize>index << 2)) > own);
  for (let index = 0; index < place; index++) found += i32(f32.load(from + (<usize>index << 2)) == own);
  return found;
}
