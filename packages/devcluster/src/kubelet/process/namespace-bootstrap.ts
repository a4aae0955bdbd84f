/**
 * The shell program that keeps a container's mounts, as process 1 of a pid namespace around the container's. It makes the
 * mounts of a table, takes a new root if there is one, looks whether the command can be executed there, says `ready PID`
 * with its process id on the machine, or `failed WHY`, and then reaps until its file descriptor 3 is closed: by the
 * container's end, or because the dev cluster died. Its end is the end of every process in the namespace.
 *
 * Arguments: mount program, mount table, chroot program, new root or nothing, {@link INSIDE_SCRIPT}, working directory,
 * command, PATH. Values come as arguments alone, never as part of the program.
 */
export const BOOTSTRAP_SCRIPT = `
read -r pid rest </proc/self/stat
"$1" -a -T "$2" || exit 1
if [ -n "$4" ]; then exec "$3" "$4" /bin/sh -c "$5" davit "$pid" "$6" "$7" "$8"; fi
inside=$5
set -- "$pid" "$6" "$7" "$8"
eval "$inside"
`

/**
 * The second half, inside the container's view: process id, working directory, command, PATH. The checks are those of
 * runc (Go: exec.LookPath). The subshell in the background keeps \`wait\` waiting, which reaps; a shell that sleeps in
 * \`read\` itself would leave zombies.
 */
export const INSIDE_SCRIPT = `
fail() { echo "failed $1"; exit 0; }
cd -- "$2" 2>/dev/null || fail working-directory
case $3 in
  */*)
    [ -e "$3" ] || fail missing
    [ -d "$3" ] && fail directory
    [ -x "$3" ] || fail permission
    ;;
  *)
    found=
    set -f
    IFS=:
    for folder in $4; do
      file=\${folder:-.}/$3
      if [ -f "$file" ] && [ -x "$file" ]; then found=1; break; fi
    done
    [ -n "$found" ] || fail not-found
    ;;
esac
echo "ready $1"
exec >/dev/null 2>&1
(read -r line <&3) &
exec 3<&-
wait
`
