# SPDX-License-Identifier: ISC
# Asks for a page and for one that is not there.   client.sh URL
set -eu
i=0
until page=$(curl -sf --max-time 5 "$1/"); do
    i=$((i + 1))
    [ $i -lt 50 ] || exit 1
    sleep 0.1
done
case $page in *"<title>Fata: C programs as unikernels</title>"*) ;; *) exit 2 ;; esac
[ "$(curl -s -o /dev/null -w '%{http_code} %{content_type}' "$1/no-such-page")" = "404 text/html; charset=utf-8" ]
