# SPDX-License-Identifier: ISC
# Completion of fata for bash, and for zsh after `autoload bashcompinit &&
# bashcompinit`.

_fata_targets()
{
    # Targets of the toolkit; more can be typed.
    local root=${FATA_ROOT:-}
    if [ -z "$root" ]; then
        root=$(command -v fata) || return
        root=$(dirname "$(dirname "$(readlink -f "$root")")")/share/fata
    fi
    sed -n 's/^target: *//p' "$root"/platform/*/fata.yml 2>/dev/null
}

# Components of the toolkit; for update, names of what fata.lock has.
_fata_components()
{
    local root=${FATA_ROOT:-}
    if [ "$1" = update ]; then
        sed -n 's/^    "\(.*\)": {$/\1/p' fata.lock 2>/dev/null
        return
    fi
    if [ -z "$root" ]; then
        root=$(command -v fata) || return
        root=$(dirname "$(dirname "$(readlink -f "$root")")")/share/fata
    fi
    sed -n 's/^component: *//p' "$root"/*/fata.yml "$root"/{lib,ports}/*/fata.yml 2>/dev/null
}

_fata()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local command=${COMP_WORDS[1]} options= i
    COMPREPLY=()
    for ((i = 2; i < COMP_CWORD; i++)); do
        [ "${COMP_WORDS[i]}" = -- ] && return
    done
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "new build run test check size licenses sbom add update toolchain clean describe env --help --version" -- "$word"))
        return
    fi
    if [ "$before" = -t ]; then
        local list= last=$word
        case $word in *,*) list=${word%,*}, last=${word##*,} ;; esac
        COMPREPLY=($(compgen -P "$list" -W "$(_fata_targets)" -- "$last"))
        return
    fi
    case $before in
    --svg | --pcap | -o) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    case $command in
    build | test) options="-t --sanitize --frozen --offline --cc=gcc --cc=clang -v --help" ;;
    run) options="-t --sanitize --debug --watch --core --mem= --block --net -p --pcap --frozen --offline --cc=gcc --cc=clang -v --help --" ;;
    check) options="-t --sanitize --json --frozen --offline --cc=gcc --cc=clang -v --help" ;;
    size) options="-t --sanitize --svg --frozen --offline --cc=gcc --cc=clang -v --help" ;;
    describe) options="-t --sanitize --svg --dot --cc=gcc --cc=clang --help" ;;
    env) options="-t --sanitize --frozen --offline --cc=gcc --cc=clang --help" ;;
    toolchain) options="-t --frozen --offline --cc=gcc --cc=clang --help" ;;
    licenses) options="-t --full --sanitize --frozen --offline --cc=gcc --cc=clang -v --help" ;;
    sbom) options="-t -o --sanitize --frozen --offline --cc=gcc --cc=clang -v --help" ;;
    add) options="-t --offline --help" ;;
    update) options="-t -v --help" ;;
    *) options=--help ;;
    esac
    case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
        if [ "$command" = test ]; then
            COMPREPLY=($(compgen -f -- "$word"))
        elif [ "$command" = add ] || [ "$command" = update ]; then
            COMPREPLY=($(compgen -W "$(_fata_components "$command")" -- "$word") $(compgen -d -- "$word"))
        elif [ "$command" != new ]; then
            COMPREPLY=($(compgen -d -- "$word"))
        fi
        ;;
    esac
}
complete -o filenames -F _fata fata
