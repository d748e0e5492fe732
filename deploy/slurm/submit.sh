#!/usr/bin/env bash
# Submits the whole job: manifest, features of both sets as arrays, then merge and finetune. Prints each job's id.
# Submitted again after a failure, it does only what is missing.
set -euo pipefail

refuse() {
  echo "submit.sh: $*" >&2
  exit 2
}

[ $# -eq 1 ] || refuse "usage: submit.sh SETTINGS (a filled-in copy of settings.sh)"
[ -f "$1" ] || refuse "there is no file $1"
DEPLOY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SETTINGS=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
export DEPLOY SETTINGS
# shellcheck source=deploy/slurm/settings.sh
source "$SETTINGS"

missing=()
for name in TRAIN VALID WEIGHTS FEATURES OUT LOGS SHARDS VALID_SHARDS VGGPU RESTARTS; do
  declare -n value=$name
  [ -n "${value-}" ] || missing+=("$name")
done
[ ${#missing[@]} -eq 0 ] || refuse "not set in $SETTINGS: ${missing[*]}"
for name in TRAIN VALID WEIGHTS FEATURES OUT LOGS; do
  [[ ${!name} == /* ]] || refuse "$name must be an absolute path, not '${!name}': jobs start in another folder"
done
for name in SHARDS VALID_SHARDS; do
  [[ ${!name} =~ ^[1-9][0-9]*$ ]] || refuse "$name must be a whole number from 1, not '${!name}'"
done
[[ $RESTARTS =~ ^[0-9]+$ ]] || refuse "RESTARTS must be a whole number, not '$RESTARTS'"
for name in TRAIN VALID; do
  [ -d "${!name}" ] || refuse "$name is no folder: ${!name}"
done
[ -f "$WEIGHTS" ] || refuse "WEIGHTS is no file: $WEIGHTS"
command -v sbatch >/dev/null || refuse "there is no sbatch here: this is for a machine of a Slurm cluster"
mkdir -p "$LOGS" "$FEATURES" "$(dirname "$OUT")"

# A job that can no longer start is removed and does not wait for ever.
submit() {
  sbatch --parsable --kill-on-invalid-dep=yes "${SBATCH_OPTIONS[@]}" "$@" | cut -d ';' -f 1
}

array() {
  SET=$1 PHOTOS=$2 submit --array="0-$(($3 - 1))" --dependency="afterok:$manifest" --output="$LOGS/%x-$1-%A_%a.log" \
    "${SBATCH_FEATURES[@]}" "$DEPLOY/features.sbatch"
}

manifest=$(submit --output="$LOGS/%x-%j.log" "$DEPLOY/manifest.sbatch")
echo "manifest $manifest"
train=$(array train "$TRAIN" "$SHARDS")
echo "train $train"
valid=$(array valid "$VALID" "$VALID_SHARDS")
echo "valid $valid"
finetune=$(submit --dependency="afterok:$train:$valid" --output="$LOGS/%x-%j.log" "${SBATCH_FINETUNE[@]}" \
  "$DEPLOY/finetune.sbatch")
echo "finetune $finetune"
