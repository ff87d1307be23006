# Right, and in Bash, which opens sockets itself: no file is behind /dev/udp/HOST/PORT.

server=$1
read -r -p "Input lowercase sentence: " sentence
exec 3<> "/dev/udp/$server/3000"
printf %s "$sentence" >&3

# Which address did the kernel give to descriptor 3? Each socket has a line in /proc/net/udp (proc_net(5)): the second
# word is its own address in hexadecimal, the last byte first, and the tenth is the socket's number.
number=$(readlink "/proc/$$/fd/3")
while read -r _ local _ _ _ _ _ _ _ inode _; do
    if [ "socket:[$inode]" = "$number" ]; then
        printf "The OS assigned the address ('%d.%d.%d.%d', %d) to me\n" \
            "0x${local:6:2}" "0x${local:4:2}" "0x${local:2:2}" "0x${local:0:2}" "0x${local:9}"
    fi
done < /proc/net/udp

# Not with `read`: it asks for one byte at a time, and of a datagram the kernel throws away what was not asked for.
reply=$(timeout 2 dd bs=65507 count=1 <&3 2> /dev/null)
if [ -z "$reply" ]; then
    echo "no answer from ('$server', 3000)"
    exit 1
fi
echo "The server ('$server', 3000) replied with '$reply'"
