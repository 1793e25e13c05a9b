# A folder with as many values as asked for here, and a copy of one.
set -eu
i=0
while [ $i -lt 300 ]; do
    echo "value $i" >"$FATA_OUT/made/v$i.txt"
    i=$((i + 1))
done
mkdir "$FATA_OUT/made/deep"
cp site/index.html "$FATA_OUT/made/deep/copy.html"
