#!/bin/sh
# Process 1 of a kubelet's machine: boot.sh FOLDER PROGRAM. It runs in mount, PID and network namespaces of its own, so
# whatever is mounted here is seen, and ends, with this machine alone. FOLDER keeps its files and is its /run/node.
set -eu
case $1/ in /run/* | /var/log/*) echo "the kubelet's machine hides $1 from itself: keep it elsewhere" >&2; exit 1 ;; esac
cd "$1"

# The sockets, and what containerd and the network plugins keep while they run: /run/containerd, /run/netns.
mount -t tmpfs -o mode=755 run /run
mkdir /run/node
mount --bind . /run/node
# The kubelet links each container's log into /var/log/containers, and can be told no other folder.
mkdir -p log
mount --bind log /var/log

# The kubelet sets these for the whole kernel, and nobody would set them back: let it write into files instead.
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  file=/run/sysctl/$name
  mkdir -p "${file%/*}"
  cat "/proc/sys/$name" > "$file"
  mount --bind "$file" "/proc/sys/$name"
done

touch booted
exec "$2" node
