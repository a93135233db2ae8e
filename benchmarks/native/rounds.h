/* Workloads that all threads play in rounds: src/loops/rounds.ts. */

static uint32_t rounds_over; /* the last task whose rounds are over; written while the others wait */

static void open_rounds(uint32_t threads, uint32_t pointers) {
  lane_count = seats = threads;
  pointers_per_lane = pointers;
  rounds_over = 0;
}

/* `play` plays a round and returns its operations; `between` is what main would do between two, or NULL. */
static void play_rounds(uint32_t seat, uint32_t (*play)(uint32_t seat), void (*between)(uint32_t seat)) {
  struct lane *lane = &lanes[seat];
  double done = 0;
  do {
    done += play(seat);
    lane->operations = done;
    if (arrive(&seats_gate)) {
      if (between) between(seat);
      if (monotonic_seconds() - task_started >= task_seconds || lanes[0].operations >= task_operations)
        rounds_over = task_round;
      open_gate(&seats_gate);
    }
  } while (rounds_over != task_round);
  report(lane, monotonic_seconds(), done);
}
