#!/usr/bin/env bash
# deploy/slurm on a real Slurm: one controller and two nodes on loopback addresses of this machine, in a folder that goes away.
# One task is killed half-way; one node is lost, while its task lives on and later writes beside the one that replaced it. The
# losses must be those of a run on one machine.
#
# Needs slurm-wlm, munge and the built program. VGGPU_PROGRAM, where it is set, is called in place of the built one.
# The last line says how many checks passed and failed.
#
# shellcheck disable=SC2016,SC2317 # JavaScript in quotes; functions called by name
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
root=$PWD
photos=$root/../shared/data/photos/dogscats
weights=$root/models/vgg-mini.h5
program=(node "$root/dist/cli/vggpu.cjs")
[ -z "${VGGPU_PROGRAM-}" ] || read -r -a program <<<"$VGGPU_PROGRAM"
passed=0 failed=0 daemons=()
SECONDS=0 limit=240

for needed in slurmctld slurmd sbatch munged; do
  command -v "$needed" >/dev/null && continue
  echo "skipped: $needed is not there (Debian packages slurm-wlm and munge)"
  echo "0 passed, 0 failed"
  exit 0
done
if [ ! -d "$photos" ]; then
  echo "skipped: ../shared/data/photos/dogscats is not there"
  echo "0 passed, 0 failed"
  exit 0
fi

work=$(mktemp -d)
held=$work/held logs=$work/logs features=$work/features
mkdir -p "$work"/{munge,state,node1,node2,daemons} "$work/one" "$held" "$logs"
chmod 755 "$work" "$work/munge" # munge's socket must be within everybody's reach
export SLURM_CONF=$work/slurm.conf HELD=$held FEATURES_FOLDER=$features
export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-$work}" VGGPU_CACHE="${VGGPU_CACHE:-$work/cache}"

stop() {
  scancel --user="$(id -un)" 2>/dev/null
  for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null; done
  cat "$held"/* 2>/dev/null | tr ' ' '\n' | while read -r pid; do # of the lost node, where Slurm ends nothing
    grep -qsF "$work" "/proc/$pid/environ" && kill -9 "$pid"
  done
  wait
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

finish() {
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}

check() {
  local what=$1
  shift
  if "$@"; then
    echo "passed: $what"
    passed=$((passed + 1))
  else
    echo "failed: $what"
    failed=$((failed + 1))
  fi
}

# Waits until a command succeeds; without it, the rest cannot be told.
await() {
  local what=$1
  shift
  until "$@"; do
    if ((SECONDS > limit)); then
      echo "failed: $what (not within $limit s)"
      failed=$((failed + 1))
      squeue -r
      sinfo -N -l
      tail -n 15 "$logs"/* "$work"/daemons/*
      finish
    fi
    sleep 0.3
  done
  check "$what" true
}

# --- a cluster

read -r controller_port node1_port node2_port < <(node -e '
  const servers = [0, 0, 0].map(() => require("net").createServer().listen(0, "127.0.0.1"));
  setTimeout(() => { console.log(...servers.map((s) => s.address().port)); process.exit(); }, 100);
')
version=$(slurmctld -V | grep -o '[0-9]*' | head -n 1)
# Slurm before 23 knows no 'disabled', and does not touch cgroups where no other plugin asks for them.
[ "$version" -ge 23 ] && cgroups=disabled || cgroups=cgroup/v1
echo "CgroupPlugin=$cgroups" >"$work/cgroup.conf"
echo "NodeName=node[1-2] Name=gpu File=/dev/null" >"$work/gres.conf"
cat >"$work/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$controller_port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/%n/pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1
ReturnToService=2
JobRequeue=1
KillWait=2
SlurmdTimeout=10
MpiDefault=none
GresTypes=gpu
NodeName=node1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.2 Port=$node1_port CPUs=4 Gres=gpu:1
NodeName=node2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.3 Port=$node2_port CPUs=4 Gres=gpu:1
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END

(umask 077 && head -c 128 /dev/urandom >"$work/munge/key")
munged --foreground --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
  --log-file="$work/munge/log" --seed-file="$work/munge/seed" 2>"$work/daemons/munged" &
daemons+=($!)
await "munge answers" test -S "$work/munge/socket"
slurmctld -D 2>"$work/daemons/slurmctld" &
daemons+=($!)
declare -A node_daemon
for node in node1 node2; do
  slurmd -D -N "$node" 2>"$work/daemons/$node" &
  node_daemon[$node]=$!
  daemons+=($!)
done
both_idle() { [ "$(sinfo -h -N -o %T 2>/dev/null | sort -u)" = idle ]; }
await "two nodes are idle" both_idle

# --- photos, settings, and a program that holds two tasks half-way, for the test to kill them

copy_photos() { # set, of each class
  local name
  for name in cats dogs; do
    mkdir -p "$work/$1/$name"
    find "$photos/$1/$name" -name '*.jpg' | sort -V | head -n "$2" | xargs cp -t "$work/$1/$name"
  done
}
copy_photos train 60
copy_photos valid 20
training=(--epochs 4 --seed 7)

printf '#!/usr/bin/env bash\n%s "$@" &\n' "${program[*]@Q}" >"$work/vggpu"
cat >>"$work/vggpu" <<'END'
child=$!
[[ $1 == features && ${SET-} == train && ${SLURM_ARRAY_TASK_ID-} == [12] && -z ${SLURM_RESTART_COUNT-} ]] || {
  wait $child
  exit
}
shard=$FEATURES_FOLDER/train/shard-0000$SLURM_ARRAY_TASK_ID-of-00004
until [ -e "$shard/chunk-00002.json" ] || [ -e "$shard/done.json" ] || ! kill -0 $child; do sleep 0.01; done
kill -STOP $child
echo $child $$ $PPID "$(ps -o ppid= -p $PPID)" >"$HELD/$SLURM_ARRAY_TASK_ID.new"
mv "$HELD/$SLURM_ARRAY_TASK_ID"{.new,}
wait $child
exit 137 # whatever became of it: as if it was killed
END
chmod +x "$work/vggpu"

cat >"$work/settings.sh" <<END
# shellcheck shell=bash disable=SC2034
TRAIN=$work/train VALID=$work/valid WEIGHTS=${weights@Q}
FEATURES=$features OUT=$work/out/ft.h5 LOGS=$logs
SHARDS=4 VALID_SHARDS=1 RESTARTS=2
VGGPU=($work/vggpu)
FEATURES_OPTIONS=(--chunk 2 --batch-size 2)
FINETUNE_OPTIONS=(${training[*]})
SBATCH_OPTIONS=() SBATCH_FEATURES=() SBATCH_FINETUNE=()
END

# --- the job

sed 's/^TRAIN=[^ ]*/TRAIN=/; s/^SHARDS=4//' "$work/settings.sh" >"$work/partial.sh"
refusal=$(deploy/slurm/submit.sh "$work/partial.sh" 2>&1)
check "submit.sh names the settings that are missing" grep -q 'not set in .*: TRAIN' <<<"$refusal"
ids=$(deploy/slurm/submit.sh "$work/settings.sh") || echo "$ids"
id_of() { sed -n "s/^$1 //p" <<<"$ids"; }
train=$(id_of train) finetune=$(id_of finetune)
check "submit.sh prints the ids of four jobs" test "$(grep -c -E '^(manifest|train|valid|finetune) [0-9]+$' <<<"$ids")" = 4

task() { # task, field of scontrol
  scontrol show job "${train}_$1" 2>/dev/null | grep -o "\b$2=[^ ]*" | cut -d = -f 2
}
shard() { echo "$features/train/shard-0000$1-of-00004"; }
chunks() { find "$(shard "$1")" -name 'chunk-*.json' | wc -l; }
half_way() { [ "$(chunks "$1")" -gt 0 ] && [ ! -e "$(shard "$1")/done.json" ]; }
stamps() { (cd "$(shard "$1")" && stat -c '%n %i %y' chunk-0000[01].*); }
back_in_queue() { [ "$(task "$1" JobState)" = PENDING ] && [ "$(task "$1" Restarts)" = 1 ]; }

await "tasks 1 and 2 are held" test -e "$held/1" -a -e "$held/2"
check "task 1 is half-way ($(chunks 1) of 15 chunks)" half_way 1
check "task 2 is half-way ($(chunks 2) of 15 chunks)" half_way 2
before1=$(stamps 1) before2=$(stamps 2)

read -r child _ <"$held/1"
kill -9 "$child" && rm "$held/1"
await "task 1 was killed and went back into the queue" back_in_queue 1

node=$(task 2 BatchHost)
{ kill -9 "${node_daemon[$node]}" && wait "${node_daemon[$node]}"; } 2>/dev/null
await "$node was lost and its task went back into the queue" back_in_queue 2

# Slurm lets a requeued task wait two minutes.
for name in 1 2; do scontrol update "jobid=${train}_$name" starttime=now; done
runs() { [[ $(task "$1" JobState) == @(RUNNING|COMPLETED) ]]; }
await "task 2 runs again" runs 2
read -r child _ <"$held/2"
kill -CONT "$child"
ended() { [ "$(scontrol show job "$finetune" 2>/dev/null | grep -c -E 'JobState=(COMPLETED|FAILED|CANCELLED)')" = 1 ]; }
await "the finetune job ended" ended
check "the finetune job succeeded" grep -q 'JobState=COMPLETED' <<<"$(scontrol show job "$finetune")"
check "task 2 ran on the other node" test "$(task 2 BatchHost)" != "$node"
await "the task on the lost node did not put its successor back" grep -q 'again elsewhere' "$logs"/*"${train}_2.log"
check "both tasks were put back once" test "$(task 1 Restarts)$(task 2 Restarts)" = 11
check "task 1 went on after its last whole chunk" test "$before1" = "$(stamps 1)"
check "task 2 went on after its last whole chunk" test "$before2" = "$(stamps 2)"

# --- one machine, the same seed

"${program[@]}" finetune --train "$work/train" --valid "$work/valid" --weights "$weights" --out "$work/one/ft.h5" \
  "${training[@]}" >"$work/daemons/one" 2>&1 || tail -n 5 "$work/daemons/one"
losses() { # without the seconds
  node -e '
    const [head, ...rows] = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map((l) => l.split(","));
    const at = ["loss", "acc", "val_loss", "val_acc"].map((name) => head.indexOf(name));
    if (at.includes(-1)) throw new Error(`no such columns in ${head}`);
    for (const row of rows) console.log(...at.map((i) => row[i]));
  ' "$1"
}
one=$(losses "$work/one/ft.csv") many=$(losses "$work/out/ft.csv")
echo "$many"
check "four epochs were trained" test "$(wc -l <<<"$many")" = 4
check "losses and accuracies equal those of one machine" test -n "$one" -a "$one" = "$many"
[ "$failed" -eq 0 ] || tail -n 20 "$logs"/*
finish
