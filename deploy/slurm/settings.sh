# shellcheck shell=bash disable=SC2034
# What submit.sh and its jobs read. Copy it, fill in the copy, and hand that over: deploy/slurm/submit.sh my-settings.sh
# Paths are absolute, on storage that every node sees.

TRAIN=                     # photos to learn from, a folder per class
VALID=                     # photos held back, with the same folders
WEIGHTS=                   # vgg16.h5
FEATURES=                  # gets train/ and valid/: the features of each photo, 16 KB for fc1
OUT=                       # the model to be (.h5); its log and checkpoint go beside it
LOGS=                      # what the jobs print
SHARDS=                    # tasks that share the photos of TRAIN
VALID_SHARDS=1             # and those of VALID

VGGPU=(npx vggpu)          # how a node calls the program; better an absolute path
export VGGPU_ADAPTER=gpu   # a node without a GPU is an error, not a slow shard
FEATURES_OPTIONS=()        # for both sets, for example (--dtype float16)
FINETUNE_OPTIONS=(--epochs 10)
RESTARTS=5                 # how often a task that was killed, failed or ran out of time goes back into the queue

SBATCH_OPTIONS=()          # of every job, for example (--partition=gpu --account=me)
SBATCH_FEATURES=(--time=04:00:00)
SBATCH_FINETUNE=(--time=04:00:00)
