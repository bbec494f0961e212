/// The guardian: a POSIX shell process, in a session of its own, that makes the servers' folder, starts the
/// servers, and ends and removes everything when its standard input ends.
///
/// The owner holds the other end of that input and never writes an end to it: the system closes it when
/// the owner closes it, exits, crashes or is killed with SIGKILL. So there is one clean-up path, whatever
/// ends the owner, and no moment at which a server or the folder exists without somebody to remove it: the
/// folder is made here, and a server is started here.
///
/// Arguments: `create` (make the folder, serve commands) or `remove` (only clean up), and the folder.
/// Input: lines `launch NAME`, which runs `FOLDER/NAME.launch` in its own session, its output appended to
/// `FOLDER/NAME.log`. That script writes its process number to `FOLDER/NAME/pid` before it becomes the
/// server, and must not become one whose arguments don't name the folder, nor one at all if there is a
/// file `FOLDER/stopping`.
enum GuardianScript {
  static let text = #"""
    mode=$1 folder=$2
    PATH=$PATH:/usr/bin:/bin
    umask 077

    # Whether $1 is still a process of this folder. A number that the system has given to another process
    # since is never signalled. (cmdline, not cwd or exe: those of another user's process are closed to a
    # root without CAP_SYS_PTRACE, as in a container.)
    is_ours() {
      if [ -d /proc/self ]; then
        looks=10
        arguments=
        # Empty: it is gone, or a zombie, or just now becoming another program.
        until [ -n "$arguments" ]; do
          { read -r state <"/proc/$1/stat" && arguments=$(tr '\0' ' ' <"/proc/$1/cmdline"); } 2>/dev/null || return 1
          case $state in *') Z '* | *') X '*) return 1 ;; esac
          [ -n "$arguments" ] || sleep 0.01
          looks=$((looks - 1))
          [ "$looks" -gt 0 ] || break
        done
      else
        arguments=$(ps -ww -o args= -p "$1")
      fi
      case $arguments in *"$folder/"*) return 0 ;; *) return 1 ;; esac
    }

    # The number of server $1, or nothing if it isn't there.
    pid_of() {
      pid=
      [ -r "$folder/$1/pid" ] && read -r pid <"$folder/$1/pid"
      [ -n "$pid" ] && is_ours "$pid" && echo "$pid"
    }

    # Waits until server $1 is gone, at most $2 times 20 ms.
    wait_gone() {
      left=$2
      while [ -n "$(pid_of "$1")" ]; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 0.02
      done
    }

    # PostgreSQL's processes but the first: their title starts with the cluster's name, which is this
    # folder's. They outlive a killed postmaster for a while, and then nobody else knows of them.
    backends() {
      [ -d /proc/self ] || return 0
      grep -l -a -e "^postgres: ${folder##*/}: " /proc/[0-9]*/cmdline 2>/dev/null |
        while IFS=/ read -r _ _ number _; do echo "$number"; done
    }

    signal_backends() {
      for number in $(backends); do kill "-$1" "$number"; done
    }

    launch() {
      set -- "$1" setsid
      command -v setsid >/dev/null 2>&1 || set -- "$1"
      name=$1
      shift
      rm -f "$folder/$name/pid"
      "$@" sh "$folder/$name.launch" </dev/null >>"$folder/$name.log" 2>&1 &
      # Not before its number is known may the next command or the end of the input be looked at.
      left=250
      until [ -s "$folder/$name/pid" ] || ! kill -0 $! || [ "$left" -eq 0 ]; do
        left=$((left - 1))
        sleep 0.02
      done
    }

    # mongod leaves nothing outside the folder, so it needs no farewell.
    stop_mongo() {
      pid=$(pid_of mongo)
      [ -n "$pid" ] && kill -KILL "$pid"
      wait_gone mongo 250
    }

    # PostgreSQL has shared memory to give back, initdb too; so initdb is left to finish (the launch script
    # then sees the file "stopping"), and the postmaster gets SIGQUIT: end now, without a checkpoint. It is
    # a postmaster, and ready for that signal, once its own lock file holds its number.
    stop_postgres() {
      left=500
      while pid=$(pid_of postgres) && [ "$left" -gt 0 ]; do
        left=$((left - 1))
        owner=
        [ -r "$folder/postgres/data/postmaster.pid" ] && read -r owner <"$folder/postgres/data/postmaster.pid"
        if [ "$owner" = "$pid" ]; then
          kill -QUIT "$pid"
          kill -CONT "$pid" # a paused process would not see it
          signal_backends CONT
          wait_gone postgres 300
          break
        fi
        sleep 0.02
      done
      pid=$(pid_of postgres) && { kill -KILL "-$pid"; kill -KILL "$pid"; }
      signal_backends KILL
      wait_gone postgres 250
    }

    # A postmaster that was killed left its lock file and its shared memory. Where that is, only the next
    # one of this cluster knows, and frees it as the first thing it does.
    free_shared_memory() {
      [ -f "$folder/postgres/data/postmaster.pid" ] || return 0
      rm -f "$folder/stopping"
      launch postgres
      stop_postgres
    }

    finish() {
      trap '' HUP INT TERM
      : >"$folder/stopping"
      stop_mongo
      stop_postgres
      free_shared_memory
      left=100
      until rm -rf "$folder" || [ "$left" -eq 0 ]; do
        left=$((left - 1))
        sleep 0.02
      done
      exit 0
    }

    case $folder in */dbb-*) ;; *) exit 64 ;; esac
    if [ "$mode" = create ]; then
      mkdir "$folder" 2>/dev/null || exit 73
    fi
    exec 2>>"$folder/guardian.log"
    trap finish HUP INT TERM
    while [ "$mode" = create ] && read -r command name; do
      case $command in launch) launch "$name" ;; esac
    done
    finish
    """#
}
