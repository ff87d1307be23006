/* A server of one's own for udp-echo: what arrives goes back in upper case. */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    static char data[65507];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(3000)};
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    if (sock < 0 || bind(sock, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("cannot listen");
        return 1;
    }
    printf("Listening at ('0.0.0.0', 3000)\n");
    for (;;) {
        struct sockaddr_in sender;
        socklen_t size = sizeof sender;
        ssize_t length = recvfrom(sock, data, sizeof data, 0, (struct sockaddr *)&sender, &size);

        if (length < 0) {
            perror("cannot receive");
            return 1;
        }
        printf("The client at ('%s', %d) says '%.*s'\n",
               inet_ntoa(sender.sin_addr), ntohs(sender.sin_port), (int)length, data);
        for (ssize_t i = 0; i < length; i++)
            data[i] = (char)toupper((unsigned char)data[i]);
        if (sendto(sock, data, (size_t)length, 0, (struct sockaddr *)&sender, size) < 0)
            perror("cannot answer");
    }
}
