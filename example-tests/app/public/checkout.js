/** Shows the picture that was chosen for the bookplate. */
const preview = document.querySelector('#preview');
document.querySelector('[name=bookplate]').addEventListener('change', ({ target }) => {
  const [picture] = target.files;
  preview.hidden = !picture;
  if (picture) preview.src = URL.createObjectURL(picture);
});
