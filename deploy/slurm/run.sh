# shellcheck shell=bash
# Sourced by the batch scripts: reads the settings, and runs vggpu so that a task which is stopped goes on later.

# shellcheck source=deploy/slurm/settings.sh
source "${SETTINGS:?is the file that submit.sh was given: start the jobs with submit.sh}"

# Slurm holds a failed task against --dependency=afterok for good, even where it is requeued later and succeeds.
# So the task goes back before it fails.
put_back() {
  local restarts=${SLURM_RESTART_COUNT:-0}
  # A node that was lost for a while may still run what Slurm has started elsewhere.
  if ! scontrol show job "$SLURM_JOB_ID" | grep -q "Restarts=$restarts "; then
    echo "$1, but Slurm has started this task again elsewhere." >&2
    return
  fi
  if ((restarts >= RESTARTS)); then
    echo "$1; it was put back $restarts times already (RESTARTS), so it stays so." >&2
    return
  fi
  echo "$1; back into the queue." >&2
  scontrol requeue "$SLURM_JOB_ID" && sleep 300 # Slurm ends this script
}

out_of_time() {
  kill -TERM "$child" 2>/dev/null
  wait "$child"
  put_back 'Time is nearly up'
  exit 1
}

# Crashed, out of memory or killed: again. So is a task of an array that failed by itself (1), which is a lost GPU or storage
# more often than a wrong setting: the manifest's job has seen those. Wrong usage (2) and a cancelled job (SIGTERM): not.
run_vggpu() {
  "${VGGPU[@]}" "$@" &
  child=$!
  trap out_of_time USR1
  local status=0
  wait "$child" || status=$?
  trap - USR1
  case $status in
    0) return ;;
    1) [ -z "${SLURM_ARRAY_TASK_ID-}" ] || put_back 'vggpu failed' ;;
    130 | 143) ;;
    *) ((status > 128)) && put_back "vggpu was ended by signal $((status - 128))" ;;
  esac
  exit "$status"
}
