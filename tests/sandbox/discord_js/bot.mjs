// A small bot that knows discord.js and nothing of this repository.
//
// It is pointed at a Discord by DISCORD_BASE_URL and DISCORD_TOKEN, answers people, posts the file that PICTURE names,
// and writes one JSON line to standard output for everything that the library told it. It ends when its standard
// input ends, so that it never outlives the process that started it.

import { ApplicationCommandType, Client, Events, GatewayIntentBits, Partials } from 'discord.js';
import { COMMANDS, complete, describe, runCommand } from './commands.mjs';
import { choose, pressButton } from './components.mjs';
import { memberFacts, tell } from './facts.mjs';
import { readMessage } from './messages.mjs';

const base = process.env.DISCORD_BASE_URL;

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessages,
  ],
  // Without it, discord.js drops direct messages of channels that it has not seen.
  partials: [Partials.Channel],
  rest: { api: `${base}/api`, cdn: base },
});

function answer(interaction) {
  if (interaction.isAutocomplete()) return complete(interaction);
  if (interaction.isMessageContextMenuCommand()) return describe(interaction);
  if (interaction.isButton()) return pressButton(interaction);
  if (interaction.isAnySelectMenu()) return choose(interaction);
  if (!interaction.isChatInputCommand()) return undefined; // forms are awaited where they were opened
  return runCommand(interaction);
}

const guildFacts = (guild) => ({
  name: guild.name,
  locale: guild.preferredLocale,
  channels: guild.channels.cache.map((channel) => channel.name),
  roles: guild.roles.cache.map((role) => role.name),
  me: memberFacts(guild.members.me),
  memberCount: guild.memberCount,
});

/** Let a failure of a handler be seen instead of ending the program. */
const guarded = (handle) => async (...args) => {
  try {
    await handle(...args);
  } catch (error) {
    tell('error', { text: error.stack });
  }
};

client.once(Events.ClientReady, guarded(async () => {
  const commands = await client.application.commands.set(COMMANDS);
  tell('ready', {
    user: client.user.username,
    applicationId: client.application.id,
    guilds: client.guilds.cache.map(guildFacts),
    commands: commands.map((command) => ({
      id: command.id,
      name: command.name,
      type: ApplicationCommandType[command.type],
      options: command.options.map((option) => option.name),
      permissions: command.defaultMemberPermissions?.toArray() ?? null,
    })),
  });
}));
client.on(Events.InteractionCreate, guarded(answer));
client.on(Events.MessageCreate, guarded(readMessage));
client.on(Events.MessageUpdate, (_, message) => tell('update', { id: message.id, content: message.content }));
client.on(Events.MessageDelete, (message) => tell('delete', { id: message.id }));
client.on(Events.MessageReactionAdd, (reaction, user) =>
  tell('reaction', { message: reaction.message.id, emoji: reaction.emoji.name, user: user.id }));
client.on(Events.GuildCreate, (guild) => tell('guild', guildFacts(guild)));
client.on(Events.GuildDelete, (guild) => tell('guild left', { name: guild.name }));
client.on(Events.ChannelCreate, (channel) => tell('channel', { id: channel.id, name: channel.name }));
client.on(Events.ThreadCreate, (thread) => tell('thread', { name: thread.name, parent: thread.parent.name }));
client.on(Events.GuildRoleCreate, (role) => tell('role', { name: role.name, permissions: role.permissions.toArray() }));
client.on(Events.ShardResume, (_, replayed) => tell('resumed', { replayed }));
client.on(Events.Error, (error) => tell('error', { text: error.stack }));
client.on(Events.Warn, (text) => tell('error', { text }));

async function end(code) {
  await client.destroy();
  process.exit(code);
}

process.stdin.on('end', () => end(0)).resume();
try {
  await client.login(process.env.DISCORD_TOKEN);
} catch (error) {
  tell('no login', { code: error.code });
  await end(1);
}
