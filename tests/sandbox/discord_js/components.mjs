// Buttons, menus and forms.

import {
  AttachmentBuilder,
  ContainerBuilder,
  FileUploadBuilder,
  LabelBuilder,
  MediaGalleryBuilder,
  MediaGalleryItemBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { attachmentFacts, download, memberFacts, messageFacts, picture, placeFacts, refusalFacts, tell } from './facts.mjs';

const PATIENCE_MILLISECONDS = 20_000;

async function openForm(interaction) {
  const prompt = new TextInputBuilder().setCustomId('prompt').setStyle(TextInputStyle.Paragraph).setValue('a fox');
  const size = new StringSelectMenuBuilder().setCustomId('size').setRequired(false)
    .addOptions({ label: 'Small', value: 's' }, { label: 'Large', value: 'l' });
  const upload = new FileUploadBuilder().setCustomId('files').setRequired(false).setMaxValues(2);
  const form = new ModalBuilder().setCustomId(`form:${interaction.id}`).setTitle('Change the picture')
    .addTextDisplayComponents(new TextDisplayBuilder().setContent('Everything can be changed.'))
    .addLabelComponents(
      new LabelBuilder().setLabel('Prompt').setTextInputComponent(prompt),
      new LabelBuilder().setLabel('Size').setStringSelectMenuComponent(size),
      new LabelBuilder().setLabel('Files').setFileUploadComponent(upload),
    );
  await interaction.showModal(form);
  const submitted = await interaction.awaitModalSubmit({
    time: PATIENCE_MILLISECONDS,
    filter: (submission) => submission.customId === `form:${interaction.id}`,
  });
  const files = submitted.fields.getUploadedFiles('files');
  tell('form', {
    ...placeFacts(submitted),
    isFromMessage: submitted.isFromMessage(),
    prompt: submitted.fields.getTextInputValue('prompt'),
    size: submitted.fields.getStringSelectValues('size'),
    files: await Promise.all((files ?? []).map(attachmentFacts)),
  });
  await submitted.update({ content: submitted.fields.getTextInputValue('prompt'), components: [] });
}

async function showLayout(interaction) {
  const card = new ContainerBuilder().setAccentColor(0xff8800)
    .addTextDisplayComponents(new TextDisplayBuilder().setContent('# A card'))
    .addMediaGalleryComponents(new MediaGalleryBuilder().addItems(
      new MediaGalleryItemBuilder().setURL('attachment://card.png').setDescription('a card')));
  const file = new AttachmentBuilder(picture, { name: 'card.png' });
  const response = await interaction.reply({
    components: [card],
    files: [file],
    flags: MessageFlags.IsComponentsV2,
    withResponse: true,
  });
  const { message } = response.resource;
  const [text, gallery] = message.components[0].components;
  tell('layout', {
    ...(await messageFacts(message)),
    text: text.content,
    pictureSize: (await download(gallery.items[0].media.url)).length,
    alt: gallery.items[0].description,
  });
}

async function askForTooMuch(interaction) {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  try {
    await interaction.editReply({ content: 'x'.repeat(2001) });
  } catch (error) {
    tell('refusal', { id: interaction.id, ...refusalFacts(error) });
  }
  await interaction.editReply({ content: 'That was too long.' });
}

async function tidyUp(interaction) {
  await interaction.deferReply();
  await interaction.editReply({ content: 'For a moment' });
  const fetched = await interaction.fetchReply();
  const aside = await interaction.followUp({ content: 'Aside' });
  await interaction.editReply({ message: aside, content: 'Aside, edited' });
  await interaction.deleteReply();
  tell('tidied', { id: interaction.id, fetched: fetched.content });
}

const BUTTONS = {
  update: (interaction) => interaction.update({ content: `Updated by ${interaction.user}`, components: [] }),
  later: async (interaction) => {
    await interaction.deferUpdate();
    await interaction.editReply({ content: 'Edited later' });
  },
  form: openForm,
  layout: showLayout,
  wrong: askForTooMuch,
  tidy: tidyUp,
};

export async function pressButton(interaction) {
  tell('press', {
    ...placeFacts(interaction),
    customId: interaction.customId,
    label: interaction.component.label,
    message: await messageFacts(interaction.message),
  });
  await BUTTONS[interaction.customId](interaction);
}

export async function choose(interaction) {
  tell('choice', {
    ...placeFacts(interaction),
    values: interaction.values,
    users: interaction.users?.map((user) => user.username) ?? [],
    members: interaction.members?.map(memberFacts) ?? [],
  });
  await interaction.reply({ content: `Chosen: ${interaction.values.join(', ')}`, flags: MessageFlags.Ephemeral });
}
