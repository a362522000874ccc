// A certified OpenID Connect provider on a free port of loopback. Anybody signs in by their name with any password;
// what the name says decides which claims there are. The port is the one line on standard output.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri, afterSignOut, clientSecret] = process.argv.slice(2);

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: 'invigil',
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [afterSignOut],
      },
    ],
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        preferred_username: id,
        name: `Name of ${id}`,
        email: `${id}@${id.startsWith('stranger') ? 'elsewhere.test' : 'exams.test'}`,
        email_verified: !id.includes('unverified'),
        groups: id.startsWith('boss') ? ['everybody', 'invigil-admins'] : ['everybody'],
      }),
    }),
    cookies: { keys: ['for tests only'] },
  });
  provider.on('server_error', (_context, error) => console.error(error));
  server.on('request', provider.callback());
  console.log(port);
});
