#!/usr/bin/env bash
# The same search here and as a Slurm job array, on a Slurm of one node that is started for it: the same
# explore.json. Exit status 77 (skipped) where Slurm is not installed, or this is not root.
#
#   slurm_test.sh HILLOCK FOLDER
set -euo pipefail

hillock=$(realpath "$1")
folder=$(realpath -m "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for program in munged slurmctld slurmd sbatch squeue; do
  if ! PATH=$PATH:/usr/sbin command -v "$program" >/dev/null; then
    echo "skipped: there is no $program (Debian: slurm-wlm, munge)"
    exit 77
  fi
done
if ((EUID != 0)); then
  echo "skipped: slurmd wants to be root"
  exit 77
fi
PATH=$PATH:/usr/sbin

rm -rf "$folder"
mkdir -p "$folder"/{state,spool}
# munged wants its files in places that nobody else can write to.
private=$(mktemp -d)
chmod 755 "$private"
started=()
finish() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  rm -rf "$private"
}
trap finish EXIT

head -c 1024 /dev/urandom >"$private/key"
chmod 600 "$private/key"
munged --foreground --force --key-file="$private/key" --socket="$private/socket" --pid-file="$private/pid" \
  --log-file="$private/log" --seed-file="$private/seed" &
started+=($!)

host=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$private/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$folder/slurm.conf
for _ in $(seq 50); do [[ -S $private/socket ]] && break || sleep 0.2; done
slurmctld -D -i &
started+=($!)
slurmd -D -N "$host" &
started+=($!)
for _ in $(seq 150); do
  if sinfo --noheader --format=%t 2>/dev/null | grep -q idle; then break; fi
  sleep 0.2
done
sinfo

search=("$root/examples/digits/model.nir" --data "$root/examples/digits/test.npz" --semantics snntorch
  --reset subtract --samples 40 --weight-bits "2,3,4" --decay-form multiplier --verify 0 --quiet)
cd "$folder"
"$hillock" explore "${search[@]}" -o here
"$hillock" explore "${search[@]}" -o there --executor slurm
cmp here/explore.json there/explore.json
tasks=$(find there/slurm -name 'task-*.log' | wc -l)
if ((tasks != 3)); then
  echo "expected 3 tasks, found $tasks"
  exit 1
fi
# What is there is not submitted again.
rm -r there/slurm there/explore.json
"$hillock" explore "${search[@]}" -o there --executor slurm
if [[ -e there/slurm ]]; then
  echo "a search that was complete was submitted again"
  exit 1
fi
cmp here/explore.json there/explore.json
echo "3 networks as a job array of Slurm: the same explore.json as here"
