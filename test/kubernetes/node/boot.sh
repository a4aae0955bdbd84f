#!/bin/sh
# Process 1 of a kubelet's machine: boot.sh FOLDER PROGRAM. It runs in mount, PID and network namespaces of its own, so
# whatever is mounted here is seen, and ends, with this machine alone. FOLDER keeps its files and is its /run/node.
set -eu
case $1/ in /run/*) echo "the kubelet's machine has a /run of its own and cannot see $1: keep it elsewhere" >&2; exit 1 ;; esac

# The sockets, and what containerd and the network plugins keep while they run: /run/containerd, /run/netns.
mount -t tmpfs -o mode=755 run /run
mkdir /run/node
mount --bind "$1" /run/node

# Some folders cannot be told otherwise: /var/lib/kubelet/device-plugins, /var/lib/cni, /var/log/containers.
for folder in /var/lib /var/log; do
  layers=/run/layers$folder
  mkdir -p "$layers/upper" "$layers/work"
  mount -t overlay -o "lowerdir=$folder,upperdir=$layers/upper,workdir=$layers/work" overlay "$folder"
done

# The kubelet sets these for the whole kernel, and nobody would set them back: it writes into files instead.
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  file=/run/sysctl/$name
  mkdir -p "${file%/*}"
  cat "/proc/sys/$name" > "$file"
  mount --bind "$file" "/proc/sys/$name"
done

touch /run/node/booted
exec "$2" node
