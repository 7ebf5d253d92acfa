#!/bin/sh
# Makes a service's image out of Debian packages. Whichever uid of the range the service is
# given, it has a name and a folder that it may write to; nothing starts by itself.
set -eu
recipes=$(dirname "$0")
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
sh "$recipes/packages.sh" "$@"
rm -f /usr/sbin/policy-rc.d
uid=65300
while [ "$uid" -le 65399 ]; do
    echo "service-$uid:x:$uid:$uid::/var/lib/service:/usr/sbin/nologin" >> /etc/passwd
    echo "service-$uid:x:$uid:" >> /etc/group
    uid=$((uid + 1))
done
# A volume that is made of it keeps this mode.
mkdir -p /var/lib/service
chmod 1777 /var/lib/service
